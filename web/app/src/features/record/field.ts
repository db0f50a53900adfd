import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { SchemaField } from "@/api/types";
import { bareField } from "@/features/record/bare-field";
import { itemFields } from "@/features/record/item-fields";
import { type FilterType, isRecordType, type RecordType, recordKinds } from "@/features/record/record";
import { strings } from "@/strings";

/** What the values of a field are. */
export type FieldKind =
  | "text"
  | "rich_text"
  | "number"
  | "bool"
  | "date"
  | "timestamp"
  | "enum"
  | "tag"
  | "member"
  | "account"
  | "workspace"
  | "contact"
  | "part"
  | "other";

export type Choice = { value: string; label: string };

/** A field of a record, stock or custom, as lists, filters and forms need it. */
export type RecordField = {
  /** As filters, columns, sorts and groups call it; of a stock field the answer's name too. */
  name: string;
  label: string;
  kind: FieldKind;
  many: boolean;
  choices: Choice[];
  format: string | undefined;
  unit: string | undefined;
  custom: boolean;
  required: boolean;
  immutable: boolean;
  hidden: boolean;
  filterable: boolean;
  sortable: boolean;
  groupable: boolean;
  description: string | undefined;
  /** Whether filters call its choices by their values, not by their labels. */
  byValue?: true;
};

/** The fields of all records of a type: stock ones first, then the org's own in their order. */
export function fieldsQuery(type: FilterType) {
  return queryOptions({
    queryKey: ["schemas", "fields", type],
    queryFn: async ({ signal }): Promise<RecordField[]> => {
      const leaf = isRecordType(type) ? recordKinds[type].leaf : type;
      // Every subtype's fields would come with the subtypes; those of all records come with the tenant's fragment.
      const spec = { tenant_fragment: true };
      const request = { leaf_type: leaf, custom_schema_spec: spec };
      const { schema } = await answer(api.POST("/schemas.aggregated.get", { body: request, signal }));
      const stock = isRecordType(type) ? schema.stock_fields.flatMap((field) => stockFields(type, field)) : [];
      const custom = schema.custom_fields.map((field) => fieldOf(field, true)).filter((field) => !field.hidden);
      return isRecordType(type) ? [idField, ...stock, ...custom] : [...itemFields(type), ...custom];
    },
    staleTime: 60_000,
  });
}

export function useFields(type: FilterType): RecordField[] {
  return useSuspenseQuery(fieldsQuery(type)).data;
}

const idField = bareField("display_id", strings.records.fields.display_id, "text", { immutable: true, sortable: true });

/** A contact's places are one stock field, and two of filters: by account and by workspace. */
function stockFields(type: RecordType, field: SchemaField): RecordField[] {
  const read = fieldOf(field, false);
  if (field.name === "associations") {
    return [
      { ...read, name: "account", kind: "account", label: strings.records.fields.account },
      { ...read, name: "workspace", kind: "workspace", label: strings.records.fields.workspace },
    ];
  }
  if (field.name === "parent_account") return [{ ...read, name: "parent", kind: "account" }];
  if (type === "rev_user" && field.name === "external_refs") return [{ ...read, name: "external_ref" }];
  return [read];
}

/** A field of a schema as the app knows it. */
export function fieldOf(field: SchemaField, custom: boolean): RecordField {
  const ui = (field.ui ?? {}) as { display_name?: string; unit?: string } & Record<string, unknown>;
  const many = field.field_type === "array";
  const names: Record<string, string> = strings.records.fields;
  return {
    name: field.name,
    label: ui.display_name ?? names[field.name] ?? wordsOf(field.name),
    kind: kindOf(field, many ? (field.base_type ?? "text") : field.field_type),
    many,
    choices: (field.choices ?? []).map(({ id, label }) => ({ value: id === undefined ? label : String(id), label })),
    format: field.format,
    unit: ui.unit,
    custom,
    required: field.is_required,
    immutable: field.is_immutable,
    hidden: ui.is_hidden === true,
    filterable: field.is_filterable,
    sortable: custom ? field.is_filterable && !many && ui.is_sortable !== false : ui.is_sortable === true,
    groupable: custom ? field.is_filterable && ui.is_groupable !== false : ui.is_groupable === true,
    description: field.description,
  };
}

/** The direction people expect first: words from A, dates and numbers from the latest and largest. */
export function firstDirection(field: RecordField): "asc" | "desc" {
  return ["date", "timestamp", "number"].includes(field.kind) ? "desc" : "asc";
}

const kinds: Record<string, FieldKind> = {
  text: "text",
  tokens: "text",
  rich_text: "rich_text",
  int: "number",
  double: "number",
  bool: "bool",
  date: "date",
  timestamp: "timestamp",
  enum: "enum",
  uenum: "enum",
};

const idKinds: Record<string, FieldKind> = {
  tag: "tag",
  dev_user: "member",
  account: "account",
  rev_org: "workspace",
  rev_user: "contact",
};

function kindOf(field: SchemaField, type: string): FieldKind {
  if (type === "id") return idKinds[field.id_type?.[0] ?? ""] ?? "other";
  return kinds[type] ?? "other";
}

/** "tnt__annual_revenue" becomes "Annual revenue". */
function wordsOf(name: string): string {
  const words = name.replace(/^.*__/, "").replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
