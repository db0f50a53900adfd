import { type TimelinePart, timelineParts } from "@/features/discussion/timeline";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.discussion;

type PartSwitchProps = { value: TimelinePart; onChange: (part: TimelinePart) => void };

/** Chooses what of the timeline is shown. */
export function PartSwitch({ value, onChange }: PartSwitchProps) {
  return (
    <fieldset className="flex w-fit gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{words.show}</legend>
      {timelineParts.map((part) => (
        <button
          key={part}
          type="button"
          aria-pressed={part === value}
          onClick={() => onChange(part)}
          className={cn(
            "h-7 rounded-md px-2.5 font-medium text-[0.8125rem]",
            part === value ? "bg-raised text-ink shadow-xs" : "text-ink-2 hover:text-ink",
          )}
        >
          {words.parts[part]}
        </button>
      ))}
    </fieldset>
  );
}
