import type { ReactNode } from "react";
import { itemStyle } from "@/components/ui/combobox";
import { cn } from "@/lib/cn";

type OptionBoxProps<One> = {
  id: string;
  /** What a screen reader calls it. */
  label: string;
  found: One[];
  active: number;
  onChoose: (chosen: One) => void;
  className: string;
  children: (one: One) => ReactNode;
};

/** What can be inserted, above the field. The focus stays in the text: the field tells a screen reader which one is active. */
export function OptionBox<One extends { id: string }>(props: OptionBoxProps<One>) {
  const { id, label, found, active, onChoose, className, children } = props;
  return (
    <div
      id={id}
      role="listbox"
      aria-label={label}
      className={cn(
        "absolute bottom-full left-0 z-30 mb-1 max-w-full animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-pop",
        className,
      )}
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
          {children(one)}
        </div>
      ))}
    </div>
  );
}
