import { itemStyle } from "@/components/ui/combobox";
import type { CannedReply } from "@/features/canned/canned";
import { strings } from "@/strings";

type ReplyOptionsProps = {
  id: string;
  found: CannedReply[];
  active: number;
  onChoose: (chosen: CannedReply) => void;
};

/** Canned replies, above the field. The focus stays in the text: the field tells a screen reader which one is active. */
export function ReplyOptions({ id, found, active, onChoose }: ReplyOptionsProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={strings.canned.replies}
      className="absolute bottom-full left-0 z-30 mb-1 max-h-72 w-96 max-w-full animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-pop"
    >
      {found.map((one, at) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text takes the keys
        <div
          key={one.id}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === active}
          data-selected={at === active}
          ref={(element) => {
            if (at === active) element?.scrollIntoView({ block: "nearest" });
          }}
          // A press must not take the focus from the text.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(one)}
          className={itemStyle}
        >
          <span className="grid min-w-0 flex-1">
            <span className="flex min-w-0 items-baseline gap-2">
              <span className="min-w-0 flex-1 truncate">{one.title}</span>
              <span className="max-w-1/2 truncate text-ink-3 text-xs">/{one.shortcut}</span>
            </span>
            <span className="truncate text-ink-3 text-xs">{one.body.slice(0, 200)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}
