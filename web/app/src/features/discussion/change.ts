import type { FieldValue } from "@/features/discussion/timeline";
import { fieldLabel, nameOf, type RecordSummary } from "@/features/merge/merge";
import type { RecordField } from "@/features/record/field";
import { textOfValue } from "@/features/record/field-value";
import { formatMinute } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.discussion;
const longest = 140;

/** One thing that a field had or has: its text, and the record's display id where it leads to one. */
export type Piece = { key: string; text: string; leadsTo: string | undefined };

/** What became of a field: one value in place of another, or things that were added to a list and taken off it. */
export type Difference =
  | { kind: "value"; before: Piece | undefined; after: Piece | undefined }
  | { kind: "list"; added: Piece[]; removed: Piece[] };

// Changes call these otherwise than the fields of a page.
const aliases: Record<string, string> = { external_refs: "external_ref", parent_account: "parent" };

/** The field that a change names, among those of the page. */
export function fieldOfChange(fields: readonly RecordField[], name: string): RecordField | undefined {
  return fields.find((field) => field.name === name || field.name === aliases[name]);
}

export function labelOfChange(field: RecordField | undefined, name: string): string {
  return field?.label ?? fieldLabel(name);
}

export function differenceOf(before?: FieldValue, after?: FieldValue, field?: RecordField): Difference {
  if (isList(before) || isList(after)) {
    const [was, is] = [piecesOf(before, field), piecesOf(after, field)];
    return { kind: "list", added: without(is, was), removed: without(was, is) };
  }
  return { kind: "value", before: piecesOf(before, field)[0], after: piecesOf(after, field)[0] };
}

function isList(value: FieldValue | undefined): boolean {
  return value !== undefined && ["id_list", "string_list", "tag_summary_list"].includes(value.type);
}

function without(list: Piece[], others: Piece[]): Piece[] {
  return list.filter(({ key }) => !others.some((other) => other.key === key));
}

function piecesOf(value: FieldValue | undefined, field: RecordField | undefined): Piece[] {
  if (!value) return [];
  const values = Array.isArray(value.values) ? value.values : [value.value];
  return values.map((one: unknown): Piece => {
    switch (value.type) {
      case "id":
      case "id_list":
        return named(value.names, String(one));
      case "tag_summary_list":
        return tagPiece(value.names, one as { tag_id: string; tag_value?: string });
      case "date_time":
        return plain(formatMinute(String(one)));
      default:
        return plain(field ? textOfField(field, one) : textOf(value.type, one));
    }
  });
}

function named(names: RecordSummary[] | undefined, id: string): Piece {
  const record = names?.find((name) => name.id === id);
  return { key: id, text: record ? nameOf(record) : words.goneRecord, leadsTo: record?.display_id };
}

function tagPiece(names: RecordSummary[] | undefined, { tag_id, tag_value }: { tag_id: string; tag_value?: string }) {
  const { text } = named(names, tag_id);
  return { key: `${tag_id} ${tag_value ?? ""}`, text: tag_value ? `${text}: ${tag_value}` : text, leadsTo: undefined };
}

function plain(text: string): Piece {
  const shown = text.length > longest ? `${text.slice(0, longest).trimEnd()}…` : text;
  return { key: text, text: shown, leadsTo: undefined };
}

/** What is chosen from a list goes by its label. */
function textOfField(field: RecordField, value: unknown): string {
  const chosen = field.choices.find((choice) => choice.value === String(value));
  return chosen?.label ?? textOfValue(field, value);
}

function textOf(type: FieldValue["type"], value: unknown): string {
  if (type === "bool") return value ? strings.records.yes : strings.records.no;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** "rev_user_merged" in words; what is not known is called as it is. */
export function operationText(operation: string): string {
  return words.operations[operation] ?? operation.replaceAll("_", " ");
}
