import { type ClipboardEvent, type DragEvent, type ReactNode, useState } from "react";
import type { Attachments } from "@/features/file/use-attachments";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type DropZoneProps = { attachments: Attachments; className?: string; children: ReactNode };

/** Takes files that are dropped or pasted anywhere in it. */
export function DropZone({ attachments, className, children }: DropZoneProps) {
  // Entering a child leaves its parent, so what counts is how many elements the files are over.
  const [over, setOver] = useState(0);
  const take = (event: DragEvent | ClipboardEvent, data: DataTransfer) => {
    if (data.files.length === 0) return;
    event.preventDefault();
    attachments.add(data.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what it does can be done by its button, too
    <div
      className={cn("relative", className)}
      onPaste={(event) => take(event, event.clipboardData)}
      onDragEnter={(event) => hasFiles(event) && setOver(over + 1)}
      onDragLeave={(event) => hasFiles(event) && setOver(Math.max(0, over - 1))}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={(event) => {
        setOver(0);
        take(event, event.dataTransfer);
      }}
    >
      {children}
      {over > 0 && (
        <div className="pointer-events-none absolute inset-0 grid place-items-center rounded-lg border-2 border-brand border-dashed bg-surface/90 font-medium">
          {strings.files.drop}
        </div>
      )}
    </div>
  );
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files");
}
