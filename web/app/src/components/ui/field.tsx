import { Label } from "radix-ui";
import { type ReactNode, useId } from "react";

export type FieldControl = {
  id: string;
  name: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
};

type FieldProps = {
  name: string;
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Something beside the label, such as a link. */
  aside?: ReactNode;
  /** Receives what ties the control to its label, hint and error. */
  children: (control: FieldControl) => ReactNode;
};

/** A labelled form control. The error replaces the hint and is read out when it appears. */
export function Field({ name, label, hint, error, aside, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasNote = Boolean(error || hint);
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <Label.Root htmlFor={id} className="font-medium text-[0.8125rem] text-ink">
          {label}
        </Label.Root>
        {aside}
      </div>
      {children({
        id,
        name,
        "aria-describedby": hasNote ? noteId : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      <div id={noteId} aria-live="polite" className="text-[0.8125rem] empty:hidden">
        {error ? <p className="text-danger">{error}</p> : hint && <div className="text-ink-3">{hint}</div>}
      </div>
    </div>
  );
}
