import type { TagWithValue } from "@/api/types";
import type { Option } from "@/components/ui/combobox";
import type { RecordField } from "@/features/record/field";
import { textOfValue } from "@/features/record/field-value";
import type { AnyRecord } from "@/features/record/record";
import { fieldValueOf, isEmpty } from "@/features/record/value";

/** A field's value while it is being edited: what stands in the control, or what was chosen. */
export type Draft = { text: string; chosen: Option[] };

export const emptyDraft: Draft = { text: "", chosen: [] };

/** Whether values of the field are chosen from records. */
export function isReference(field: RecordField): boolean {
  return ["tag", "member", "account", "workspace", "contact", "part"].includes(field.kind);
}

/** What stands in the editor at first. */
export function draftOf(record: AnyRecord, field: RecordField): Draft {
  const value = fieldValueOf(record, field);
  if (isEmpty(value)) return emptyDraft;
  const values = Array.isArray(value) ? value : [value];
  if (isReference(field) || (field.kind === "enum" && field.many)) {
    return { text: "", chosen: values.map((one) => optionOf(field, one)) };
  }
  return { text: values.map((one) => textIn(field, one)).join("\n"), chosen: [] };
}

function optionOf(field: RecordField, value: unknown): Option {
  if (field.kind === "tag" && !field.custom) {
    const { tag, value: more } = value as TagWithValue;
    return { value: tag.display_id ?? tag.id, label: tag.name, detail: more };
  }
  const label = textOfValue(field, value);
  if (typeof value !== "object" || value === null) {
    return { value: choiceValue(field, label), label };
  }
  const { display_id, id } = value as { display_id?: string; id?: string | number };
  return { value: String(display_id ?? id ?? label), label };
}

function choiceValue(field: RecordField, label: string): string {
  return field.choices.find((choice) => choice.label === label)?.value ?? label;
}

function textIn(field: RecordField, value: unknown): string {
  if (field.kind === "enum") return choiceValue(field, textOfValue(field, value));
  if (field.kind === "timestamp" && typeof value === "string") return localInput(value);
  return typeof value === "string" ? value : String(value);
}

/** A moment as an <input type="datetime-local"> takes it. */
function localInput(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What is sent to the server for a draft; null for nothing. The server says what is wrong with it. */
export function payloadOf(field: RecordField, draft: Draft): unknown {
  if (field.kind === "tag" && !field.custom) {
    return draft.chosen.map(({ value, detail }) => ({ id: value, ...(detail ? { value: detail } : {}) }));
  }
  if (isReference(field) || (field.kind === "enum" && field.many)) {
    const ids = draft.chosen.map(({ value }) => typed(field, value));
    return field.many ? ids : (ids[0] ?? null);
  }
  const lines = draft.text.split("\n").map((line) => line.trim());
  if (field.many) return lines.filter((line) => line !== "").map((line) => typed(field, line));
  return draft.text.trim() === "" ? null : typed(field, field.kind === "rich_text" ? draft.text : draft.text.trim());
}

function typed(field: RecordField, text: string): unknown {
  switch (field.kind) {
    case "number": {
      const number = Number(text);
      // What is no number is sent as it is, for the server to name.
      return text === "" || Number.isNaN(number) ? text : number;
    }
    case "bool":
      return text === "true";
    case "timestamp": {
      const time = new Date(text);
      return Number.isNaN(time.getTime()) ? text : time.toISOString();
    }
    case "enum": {
      const choice = field.choices.find(({ value }) => value === text);
      // Choices with numbers are sent by these.
      return choice && !field.byValue && choice.value !== choice.label ? Number(choice.value) : text;
    }
    default:
      return text;
  }
}
