import { useInfiniteQuery } from "@tanstack/react-query";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { useDownload } from "@/features/file/attachment-list";
import { type Artifact, filesQuery } from "@/features/file/file";
import { FileIcon } from "@/features/file/file-icon";
import { nameOf } from "@/features/merge/merge";
import { RecordLink } from "@/features/record/record-link";
import { formatSize } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.files;

type FileListProps = { parent: string };

/** All files of a record, the latest first. */
export function FileList({ parent }: FileListProps) {
  const query = useInfiniteQuery(filesQuery(parent));
  return (
    <QueryState query={query} loading={words.loading}>
      {({ pages }) => {
        const files = pages.flatMap((page) => page.artifacts);
        if (files.length === 0) return <p className="text-ink-2">{words.none}</p>;
        return (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
            <ul
              aria-label={words.list}
              className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
            >
              {files.map((file) => (
                <FileRow key={file.id} file={file} shownOn={parent} />
              ))}
            </ul>
            <LoadMore query={query} />
          </div>
        );
      }}
    </QueryState>
  );
}

function FileRow({ file, shownOn }: { file: Artifact; shownOn: string }) {
  const { name, size, type } = file.file;
  const download = useDownload();
  const { parent, created_by } = file;
  return (
    <li className="relative flex items-center gap-3 px-4 py-2.5 hover:bg-hover">
      <FileIcon type={type} className="size-5 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        {/* The whole row downloads; what leads elsewhere lies above. */}
        <button
          type="button"
          title={words.download(name)}
          onClick={() => download(file)}
          className="block max-w-full truncate font-medium after:absolute after:inset-0"
        >
          {name}
        </button>
        <p className="flex flex-wrap gap-x-1.5 text-[0.8125rem] text-ink-3">
          <span className="tabular-nums">{formatSize(size)}</span>
          {created_by && <span>· {nameOf(created_by)}</span>}
          <span>
            · <RelativeTime iso={file.created_date} />
          </span>
          {parent && parent.id !== shownOn && (
            <span className="relative">
              · {words.on} <RecordLink id={parent.display_id}>{parent.display_id}</RecordLink>
            </span>
          )}
        </p>
      </div>
    </li>
  );
}
