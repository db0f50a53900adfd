import { X } from "lucide-react";
import type { ReactNode } from "react";
import { strings } from "@/strings";

type ChipProps = { /** What a screen reader calls it. */ label: string; onRemove: () => void; children: ReactNode };

/** One of several values that were chosen, with the way to take it off. */
export function Chip({ label, onRemove, children }: ChipProps) {
  return (
    <span className="inline-flex h-7 max-w-full items-center gap-1 rounded-lg border border-line bg-sunken pr-0.5 pl-2 text-[0.8125rem]">
      <span className="truncate">{children}</span>
      <button
        type="button"
        aria-label={`${strings.common.remove} ${label}`}
        onClick={onRemove}
        className="grid size-6 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
