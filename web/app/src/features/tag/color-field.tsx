import { Ban, Check } from "lucide-react";
import { useId } from "react";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.tags;
const palette = Object.entries(words.colors).map(([color, label]) => ({ color: color === "none" ? "" : color, label }));

type ColorFieldProps = { value: string; onChange: (color: string) => void; error: string | undefined };

/** A row of colours to choose from, and any other one. */
export function ColorField({ value, onChange, error }: ColorFieldProps) {
  const id = useId();
  const isOwn = value !== "" && !palette.some(({ color }) => color.toLowerCase() === value.toLowerCase());
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{words.color}</legend>
      <div className="flex flex-wrap items-center gap-1.5">
        {palette.map(({ color, label }) => (
          <label
            key={color}
            title={label}
            className={cn(
              "grid size-7 cursor-pointer place-items-center rounded-full text-white has-focus-visible:outline-2 has-focus-visible:outline-brand has-focus-visible:outline-offset-2",
              color === "" && "border border-line-strong bg-surface text-ink",
            )}
            style={color ? { backgroundColor: color } : undefined}
          >
            <input
              type="radio"
              name="style_new.color"
              aria-label={label}
              checked={value.toLowerCase() === color.toLowerCase()}
              onChange={() => onChange(color)}
              className="peer sr-only"
            />
            <Check aria-hidden className="hidden size-4 peer-checked:block" />
            {color === "" && <Ban aria-hidden className="size-4 text-ink-3 peer-checked:hidden" />}
          </label>
        ))}
        <label
          htmlFor={id}
          className={cn(
            "flex h-7 cursor-pointer items-center gap-1.5 rounded-full border px-2.5 text-[0.8125rem] hover:bg-hover",
            isOwn ? "border-brand" : "border-line-strong",
          )}
        >
          <input
            id={id}
            type="color"
            className="size-4 cursor-pointer"
            value={value === "" ? "#808080" : value}
            onChange={({ target }) => onChange(target.value)}
          />
          {words.ownColor}
        </label>
      </div>
      <p aria-live="polite" className="text-[0.8125rem] text-danger empty:hidden">
        {error}
      </p>
    </fieldset>
  );
}
