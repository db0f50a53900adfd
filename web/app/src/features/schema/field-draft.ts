import type { SchemaChoice, SchemaField, SchemaFieldRequest } from "@/api/types";
import { isChoice, isComparable, isNumber, isText, type ValueType, valueTypeOf } from "@/features/schema/field-types";
import { asRequest, isOn, labelOf, textIn } from "@/features/schema/schema";

export type ChoiceDraft = {
  /** Tells rows apart while they are edited and moved. */
  key: number;
  label: string;
  number: string;
  isRetired: boolean;
  /** As the server has it, when it does: records may have it. */
  stored: SchemaChoice | undefined;
};

/** A field as its form holds it: numbers as they are typed, "" for what is not set. */
export type FieldDraft = {
  label: string;
  name: string;
  type: ValueType;
  several: boolean;
  format: string;
  composite: string;
  description: string;
  choices: ChoiceDraft[];
  idTypes: string[];
  defaultValue: string;
  unit: string;
  min: string;
  max: string;
  minLen: string;
  maxLen: string;
  minItems: string;
  maxItems: string;
  pattern: string;
  required: boolean;
  immutable: boolean;
  filterable: boolean;
  sortable: boolean;
  groupable: boolean;
  pii: boolean;
  hidden: boolean;
};

let nextKey = 1;

export function newChoice(label = "", number = ""): ChoiceDraft {
  return { key: nextKey++, label, number, isRetired: false, stored: undefined };
}

export function newDraft(): FieldDraft {
  return draftOf({
    name: "",
    field_type: "text",
    is_filterable: true,
    is_immutable: false,
    is_pii: false,
    is_required: false,
  });
}

export function draftOf(field: SchemaField): FieldDraft {
  const several = field.field_type === "array";
  return {
    label: field.name === "" ? "" : labelOf(field),
    name: field.name,
    type: valueTypeOf(field),
    several,
    format: field.format ?? "",
    composite: field.composite_type ?? "",
    description: field.description ?? "",
    choices: (field.choices ?? []).map(draftOfChoice),
    idTypes: field.id_type ?? [],
    defaultValue: shownDefault(field),
    unit: textIn(field.ui, "unit"),
    min: shown(field.gte),
    max: shown(field.lte),
    minLen: shown(field.min_len),
    maxLen: shown(field.max_len),
    minItems: shown(field.min_items),
    maxItems: shown(field.max_items),
    pattern: field.pattern ?? "",
    required: field.is_required,
    immutable: field.is_immutable,
    filterable: field.is_filterable,
    sortable: !several && field.ui?.is_sortable !== false,
    groupable: field.ui?.is_groupable !== false,
    pii: field.is_pii,
    hidden: isOn(field.ui, "is_hidden"),
  };
}

function draftOfChoice(choice: SchemaChoice): ChoiceDraft {
  const number = String(choice.id ?? 0);
  return { ...newChoice(choice.label, number), isRetired: choice.is_deprecated ?? false, stored: choice };
}

function shown(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** Whether a default can be chosen in a form. Those of lists and objects are set over the API and kept. */
export function hasDefault({ type, several }: FieldDraft): boolean {
  return !several && isComparable(type) && type !== "id";
}

function shownDefault(field: SchemaField): string {
  const value = field.default_value;
  if (value === undefined || value === null || typeof value === "object") return "";
  return field.field_type === "timestamp" ? localMinute(String(value)) : String(value);
}

/** A moment as the platform's own control takes it: in local time, to the minute. */
function localMinute(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The field to send. What its form does not show stays as the server has it. */
export function fieldOf(draft: FieldDraft, stored: SchemaField | undefined): SchemaFieldRequest {
  const { name, type, several } = draft;
  const text = isText(type);
  const number = isNumber(type);
  return {
    ...(stored ? asRequest(stored) : {}),
    name,
    field_type: several ? "array" : type,
    ...(several && { base_type: type }),
    ...(type === "composite" && { composite_type: draft.composite }),
    description: draft.description.trim(),
    ...(draft.format && (text || number)
      ? { format: draft.format as NonNullable<SchemaFieldRequest["format"]> }
      : noFormat),
    ...(isChoice(type) && { allowed_values: choicesOf(draft) }),
    ...(type === "id" && { id_type: draft.idTypes }),
    ...(hasDefault(draft) && { default_value: defaultOf(draft) }),
    ...(number && { gte: numberOf(draft.min), lte: numberOf(draft.max) }),
    ...(text && { min_len: numberOf(draft.minLen), max_len: numberOf(draft.maxLen), pattern: draft.pattern }),
    ...(several && { min_items: numberOf(draft.minItems), max_items: numberOf(draft.maxItems) }),
    is_required: draft.required,
    is_immutable: draft.immutable,
    is_filterable: draft.filterable && isComparable(type),
    is_pii: draft.pii,
    ui: uiOf(draft, stored),
  } as SchemaFieldRequest; // exactOptionalPropertyTypes: what is undefined does not reach the JSON
}

// Takes a format off: JSON leaves out what is undefined.
const noFormat = { format: undefined };

/** Choices that are sent, in their order, and below them the rows that were left empty. */
export function blankLast(choices: ChoiceDraft[]): ChoiceDraft[] {
  return [...choices.filter(isFilled), ...choices.filter((choice) => !isFilled(choice))];
}

function isFilled({ stored, label }: ChoiceDraft): boolean {
  return stored !== undefined || label.trim() !== "";
}

function choicesOf({ choices, type }: FieldDraft): SchemaChoice[] {
  return choices.filter(isFilled).map(({ stored, label, number, isRetired }) => ({
    ...stored,
    label: label.trim(),
    ...(type === "uenum" && { id: numberOf(number) ?? 0 }),
    is_deprecated: isRetired,
  }));
}

function defaultOf({ type, defaultValue }: FieldDraft): unknown {
  if (defaultValue === "") return undefined;
  switch (type) {
    case "bool":
      return defaultValue === "true";
    case "int":
    case "double":
    case "uenum":
      return Number(defaultValue);
    case "timestamp":
      return new Date(defaultValue).toISOString();
    default:
      return defaultValue;
  }
}

function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

function uiOf(draft: FieldDraft, stored: SchemaField | undefined): Record<string, unknown> {
  const {
    unit: _unit,
    is_sortable: _sortable,
    is_groupable: _groupable,
    is_hidden: _hidden,
    ...rest
  } = stored?.ui ?? {};
  const inLists = draft.filterable && isComparable(draft.type);
  return {
    ...rest,
    display_name: draft.label.trim(),
    ...(draft.unit.trim() && isNumber(draft.type) && { unit: draft.unit.trim() }),
    // Without them lists sort and group by every field that can be filtered by.
    ...(inLists && !draft.several && { is_sortable: draft.sortable }),
    ...(inLists && { is_groupable: draft.groupable }),
    ...(draft.hidden && { is_hidden: true }),
  };
}

/** A name as the server asks for it, made from what people call the thing: "Größe (cm)" gives "grosse_cm". */
export function nameFrom(label: string): string {
  return label
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[0-9_]+|_+$/g, "")
    .slice(0, 63)
    .replace(/_+$/, "");
}

/** The number after the highest, for one more numbered choice. */
export function nextNumber(choices: ChoiceDraft[]): string {
  return String(Math.max(0, ...choices.map((choice) => numberOf(choice.number) ?? 0)) + 1);
}
