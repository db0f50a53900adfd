import { type ComponentProps, useEffect, useId, useRef } from "react";
import { cn } from "@/lib/cn";

type CheckboxProps = Omit<ComponentProps<"input">, "type"> & {
  /** Some of what it stands for is chosen. */
  mixed?: boolean;
};

/** The platform's own checkbox in the app's colour. */
export function Checkbox({ className, mixed = false, ...props }: CheckboxProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = mixed;
  }, [mixed]);
  return <input ref={box} type="checkbox" className={cn("size-4 shrink-0 accent-brand", className)} {...props} />;
}

type CheckFieldProps = CheckboxProps & { label: string; hint?: string };

/** A checkbox with its words, which can be pressed too. */
export function CheckField({ label, hint, ...props }: CheckFieldProps) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-start gap-2.5">
      <Checkbox id={id} className="mt-0.5" {...props} />
      <span>
        <span className="block">{label}</span>
        {hint && <span className="block text-[0.8125rem] text-ink-3">{hint}</span>}
      </span>
    </label>
  );
}
