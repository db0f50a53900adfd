import type { FormEvent, ReactNode, RefObject } from "react";
import { Button } from "@/components/ui/button";
import { strings } from "@/strings";

type SheetFormProps = {
  formRef: RefObject<HTMLFormElement | null>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  onInput: (event: FormEvent<HTMLFormElement>) => void;
  onCancel: () => void;
  submit: { label: string; pending: boolean; disabled?: boolean };
  children: ReactNode;
};

/** A form that fills a sheet: its buttons stay in sight at the bottom. */
export function SheetForm({ formRef, onSubmit, onInput, onCancel, submit, children }: SheetFormProps) {
  return (
    <form
      ref={formRef}
      onSubmit={onSubmit}
      onInput={onInput}
      noValidate
      className="grid grid-cols-[minmax(0,1fr)] gap-4 p-5"
    >
      {children}
      <div className="sticky bottom-0 -mx-5 flex justify-end gap-2 border-line border-t bg-surface px-5 py-3">
        <Button onClick={onCancel}>{strings.common.cancel}</Button>
        <Button type="submit" variant="primary" pending={submit.pending} disabled={submit.disabled}>
          {submit.label}
        </Button>
      </div>
    </form>
  );
}
