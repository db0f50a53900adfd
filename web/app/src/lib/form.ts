import { type FormEvent, useRef, useState } from "react";
import { ApiError, fieldMessageOf, messageOf } from "@/api/client";

export type FieldErrors = Record<string, string>;

type FormErrors = {
  fields: FieldErrors;
  /** What is wrong with no single field, or nothing. */
  form: string | undefined;
};

const none: FormErrors = { fields: {}, form: undefined };

/**
 * The errors of one form: `report` takes what a check found or what the server
 * answered, and moves the focus to the first field that is to blame.
 */
export function useFormErrors() {
  const formRef = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<FormErrors>(none);

  const show = (next: FormErrors) => {
    setErrors(next);
    focusFirst(formRef.current, next.fields);
  };
  return {
    formRef,
    errors,
    clear: () => setErrors(none),
    /** For the form's onInput: what is being corrected is no longer marked as wrong. */
    forgive: (event: FormEvent<HTMLFormElement>) => {
      const name = event.target instanceof HTMLElement ? (event.target.getAttribute("name") ?? "") : "";
      if (errors.fields[name]) setErrors({ ...errors, fields: { ...errors.fields, [name]: "" } });
    },
    /** Shows the problems of the fields and tells whether there are any. */
    check: (fields: FieldErrors): boolean => {
      show({ fields, form: undefined });
      return Object.keys(fields).length > 0;
    },
    report: (error: unknown) => show(fromError(error, formRef.current)),
  };
}

function fromError(error: unknown, form: HTMLFormElement | null): FormErrors {
  if (error instanceof ApiError && error.field && form?.elements.namedItem(error.field)) {
    return { fields: { [error.field]: fieldMessageOf(error) }, form: undefined };
  }
  return { fields: {}, form: messageOf(error) };
}

function focusFirst(form: HTMLFormElement | null, fields: FieldErrors): void {
  for (const element of form?.elements ?? []) {
    if (element instanceof HTMLElement && fields[element.getAttribute("name") ?? ""]) {
      element.focus();
      return;
    }
  }
}

/** The trimmed text of a form's field; "" when it is missing. */
export function textOf(data: FormData, name: string): string {
  return rawTextOf(data, name).trim();
}

/** The text exactly as typed, for passwords. */
export function rawTextOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value : "";
}

/** A problem with an e-mail address, or nothing. The server has the last word. */
export function emailProblem(email: string): string | undefined {
  if (email === "") return "Enter your e-mail address";
  return /^\S+@\S+$/.test(email) ? undefined : `“${email}” is not an e-mail address; it looks like name@example.com`;
}
