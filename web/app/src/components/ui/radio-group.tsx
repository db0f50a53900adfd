import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

type Choice<Value extends string> = { value: Value; label: string; hint?: ReactNode };

type RadioGroupProps<Value extends string> = {
  /** What a screen reader calls it. */
  label: string;
  name: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  className?: string;
};

/** A few choices side by side, all in sight: boxes around the platform's own radio buttons. */
export function RadioGroup<Value extends string>({
  label,
  name,
  choices,
  value,
  onChange,
  className,
}: RadioGroupProps<Value>) {
  const id = useId();
  return (
    <div role="radiogroup" aria-label={label} className={cn("grid gap-2 sm:auto-cols-fr sm:grid-flow-col", className)}>
      {choices.map((choice) => (
        <label
          key={choice.value}
          htmlFor={`${id}-${choice.value}`}
          className="flex cursor-pointer items-start gap-2.5 rounded-lg border border-line-strong bg-surface px-3 py-2 hover:bg-hover has-checked:border-brand has-checked:bg-brand-soft/50"
        >
          <input
            id={`${id}-${choice.value}`}
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="mt-0.5 size-4 shrink-0 accent-brand"
          />
          <span>
            <span className="block font-medium">{choice.label}</span>
            {choice.hint && <span className="block text-[0.8125rem] text-ink-2">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
