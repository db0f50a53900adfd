import { Avatar } from "@/components/ui/avatar";
import { itemStyle } from "@/components/ui/combobox";
import type { Mentionable } from "@/features/discussion/use-mentionables";
import { strings } from "@/strings";

type MentionListProps = {
  id: string;
  found: Mentionable[];
  active: number;
  onChoose: (chosen: Mentionable) => void;
};

/** Who can be named, above the field. The focus stays in the text: the field tells a screen reader which one is active. */
export function MentionList({ id, found, active, onChoose }: MentionListProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={strings.discussion.mention}
      className="absolute bottom-full left-0 z-30 mb-1 max-h-64 w-72 max-w-full animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-pop"
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
          <Avatar name={one.name} seed={one.id} />
          <span className="min-w-0 flex-1 truncate">{one.name}</span>
          <span className="max-w-1/2 truncate text-ink-3 text-xs">{one.detail}</span>
        </div>
      ))}
    </div>
  );
}
