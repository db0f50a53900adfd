import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { type ArtifactSummary, isPicture, locationQuery, saveFrom } from "@/features/file/file";
import { FileIcon } from "@/features/file/file-icon";
import { formatSize } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.files;

type AttachmentListProps = { files: readonly ArtifactSummary[] };

/** The files on a comment: pictures as such, all else by name and size. */
export function AttachmentList({ files }: AttachmentListProps) {
  if (files.length === 0) return null;
  return (
    <ul aria-label={words.list} className="flex flex-wrap items-end gap-2 pt-1">
      {files.map((file) => (
        <li key={file.id} className="max-w-full">
          {isPicture(file) ? <Picture file={file} /> : <FileButton file={file} />}
        </li>
      ))}
    </ul>
  );
}

/** A picture that opens whole. What does not turn out to be one is a file like others. */
function Picture({ file }: { file: ArtifactSummary }) {
  const { data, isError } = useQuery(locationQuery(file.id));
  const [isBroken, setBroken] = useState(false);
  if (isError || isBroken) return <FileButton file={file} />;
  if (!data) return <span className="block h-32 w-40 animate-pulse rounded-lg border border-line bg-hover" />;
  return (
    <a
      href={data.url}
      target="_blank"
      rel="noopener noreferrer"
      title={file.file.name}
      className="block overflow-hidden rounded-lg border border-line bg-hover"
    >
      <img
        src={data.url}
        alt={file.file.name}
        loading="lazy"
        onError={() => setBroken(true)}
        className="max-h-64 min-h-8 min-w-8 max-w-full object-contain sm:max-w-80"
      />
    </a>
  );
}

function FileButton({ file }: { file: ArtifactSummary }) {
  const { name, size, type } = file.file;
  const download = useDownload();
  return (
    <button
      type="button"
      title={words.download(name)}
      onClick={() => download(file)}
      className="flex max-w-full items-center gap-2 rounded-lg border border-line-strong bg-surface px-2.5 py-1.5 text-left text-[0.8125rem] hover:bg-hover"
    >
      <FileIcon type={type} className="size-4 shrink-0 text-ink-3" />
      <span className="min-w-0">
        <span className="block max-w-64 truncate font-medium">{name}</span>
        <span className="block text-ink-3 tabular-nums">{formatSize(size)}</span>
      </span>
    </button>
  );
}

/** Downloads a file, and says so when that fails. */
export function useDownload() {
  const client = useQueryClient();
  return (file: ArtifactSummary) => {
    client.fetchQuery(locationQuery(file.id)).then(
      ({ url }) => saveFrom(url, file.file.name),
      (error: unknown) => toast({ tone: "danger", title: messageOf(error) }),
    );
  };
}
