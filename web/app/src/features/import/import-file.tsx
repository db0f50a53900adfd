import { FileSpreadsheet, Upload } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import type { Preview } from "@/features/import/import";
import type { PreviewState } from "@/features/import/import-dialog";
import { cn } from "@/lib/cn";
import { formatSize, plural } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

/** A hint for the browser's file chooser only; the server looks at what is inside. */
const accepted = ".csv,.tsv,.txt,.gz,text/csv,text/tab-separated-values";

type FileZoneProps = { onChoose: (file: File) => void };

/** Where a file is dropped, or chosen with a click or the keyboard. */
export function FileZone({ onChoose }: FileZoneProps) {
  return (
    <FileLabel
      onChoose={onChoose}
      className="grid justify-items-center gap-1 rounded-xl border-2 border-line-strong border-dashed px-4 py-12 text-center hover:bg-sunken"
    >
      <span className="mb-2 grid size-11 place-items-center rounded-xl border border-line bg-surface text-ink-3 shadow-panel">
        <Upload aria-hidden className="size-5" />
      </span>
      <span className="font-semibold text-base">{words.uploadFile}</span>
      <span className="text-ink-2">{words.dropHint}</span>
      <span className="mt-2 text-[0.8125rem] text-balance text-ink-3">{words.fileHint}</span>
    </FileLabel>
  );
}

type FileCardProps = { file: File; preview: PreviewState; onChoose: (file: File) => void };

/** The chosen file with what it turned out to be. */
export function FileCard({ file, preview, onChoose }: FileCardProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-xl border border-line bg-sunken px-3.5 py-3">
      <FileSpreadsheet aria-hidden className="size-5 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate font-medium" title={file.name}>
          {file.name}
        </p>
        <p aria-live="polite" className="text-[0.8125rem] text-ink-3">
          {formatSize(file.size)}
          {preview.data ? ` · ${kindOf(preview.data)}` : preview.isFetching && ` · ${words.looking}`}
        </p>
      </div>
      <FileLabel
        onChoose={onChoose}
        className="inline-flex h-8 items-center rounded-lg border border-line-strong bg-surface px-2.5 font-medium text-[0.8125rem] shadow-xs hover:bg-hover"
      >
        {words.otherFile}
      </FileLabel>
    </div>
  );
}

/** "12 columns · commas · UTF-8 · gzip" */
function kindOf({ header, delimiter, encoding, gzip }: Preview): string {
  const parts = [
    plural(header.length, words.column, words.columns),
    words.delimiters[delimiter] ?? delimiter,
    encoding.toUpperCase(),
  ];
  return [...parts, ...(gzip ? [words.gzip] : [])].join(" · ");
}

type FileLabelProps = { onChoose: (file: File) => void; className: string; children: ReactNode };

/** The words of a file chooser, which take a dropped file too. */
function FileLabel({ onChoose, className, children }: FileLabelProps) {
  const [isOver, setIsOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) onChoose(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault(); // or the browser would open the file
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
      className={cn(
        "relative cursor-pointer transition-colors has-focus-visible:outline-2 has-focus-visible:outline-brand has-focus-visible:outline-offset-2",
        className,
        isOver && "border-brand bg-brand-soft hover:bg-brand-soft",
      )}
    >
      {children}
      <input
        type="file"
        accept={accepted}
        className="sr-only"
        onChange={(event) => {
          take(event.target.files);
          event.target.value = ""; // the same file, once corrected, can be chosen again
        }}
      />
    </label>
  );
}
