import { Paperclip, RotateCw, X } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { SmallButton } from "@/components/ui/small-button";
import { FileIcon } from "@/features/file/file-icon";
import type { Attachment, Attachments } from "@/features/file/use-attachments";
import { formatSize } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.files;

type AttachmentPickerProps = { attachments: Attachments };

/** The button by which files are chosen. */
export function AttachButton({ attachments }: AttachmentPickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        aria-label={words.attach}
        title={words.attach}
        onClick={() => input.current?.click()}
      >
        <Paperclip aria-hidden />
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.choose}
        onChange={(event) => {
          attachments.add(event.target.files ?? []);
          event.target.value = ""; // so that the same file can be chosen again
        }}
      />
    </>
  );
}

/** The files that are to be attached, with how far they are. */
export function AttachmentPicker({ attachments }: AttachmentPickerProps) {
  if (attachments.list.length === 0) return null;
  return (
    <ul aria-label={words.toAttach} className="flex flex-wrap gap-2">
      {attachments.list.map((one) => (
        <Chosen
          key={one.key}
          attachment={one}
          onRetry={() => attachments.retry(one.key)}
          onRemove={() => attachments.remove(one.key)}
        />
      ))}
    </ul>
  );
}

type ChosenProps = { attachment: Attachment; onRetry: () => void; onRemove: () => void };

function Chosen({ attachment: { file, progress, id, error }, onRetry, onRemove }: ChosenProps) {
  return (
    <li className="relative flex max-w-full items-center gap-2 overflow-hidden rounded-lg border border-line-strong bg-surface py-1 pr-1 pl-2 text-[0.8125rem]">
      <FileIcon type={file.type} className="size-4 shrink-0 text-ink-3" />
      <span className="min-w-0">
        <span className="block max-w-56 truncate font-medium" title={file.name}>
          {file.name}
        </span>
        {error ? (
          <span role="alert" className="block max-w-72 text-danger">
            {error}
          </span>
        ) : (
          <span className="block text-ink-3 tabular-nums">
            {id ? formatSize(file.size) : words.sending(Math.round(progress * 100))}
          </span>
        )}
      </span>
      {error && <SmallButton icon={RotateCw} label={words.retry(file.name)} onClick={onRetry} />}
      <SmallButton icon={X} label={words.remove(file.name)} onClick={onRemove} />
      {!id && !error && (
        <progress
          aria-label={words.progress(file.name)}
          value={progress}
          className="absolute inset-x-0 bottom-0 h-0.5 w-full appearance-none [&::-moz-progress-bar]:bg-brand [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-brand"
        />
      )}
    </li>
  );
}
