import { CopyButton } from "@/components/copy-button";

/** One shell command to copy. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-1.5 pr-1.5 pl-3.5">
      <code className="min-w-0 flex-1 overflow-x-auto whitespace-pre py-1 font-mono text-[0.8125rem]">
        <span aria-hidden className="select-none text-ink-3">
          ${" "}
        </span>
        {command}
      </code>
      <CopyButton text={command} label="Copy the command" compact />
    </div>
  );
}
