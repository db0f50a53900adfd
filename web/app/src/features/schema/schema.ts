import { queryOptions } from "@tanstack/react-query";
import { ApiError, answer, api, fieldMessageOf } from "@/api/client";
import type { Fragment, FragmentRequest, SchemaField, SchemaFieldRequest, SchemaOverride } from "@/api/types";

/** The kinds of records whose fields can be customized, by their names in the URL. */
export const objects = ["contact", "account", "workspace", "conversation", "ticket", "opportunity"] as const;
export type ObjectName = (typeof objects)[number];

/** Whose fields a set of custom fields is: those of all records of a kind, or those of a subtype. */
export type Scope = { object: ObjectName; subtype?: string | undefined };

const leafTypes = {
  contact: "rev_user",
  account: "account",
  workspace: "rev_org",
  conversation: "conversation",
  ticket: "ticket",
  opportunity: "opportunity",
} as const;

export const schemasKey = ["schemas"];

/** The fields that all records of a kind have, and those that can be switched on. */
export const stockQuery = (object: ObjectName) =>
  queryOptions({
    queryKey: [...schemasKey, object, "stock"],
    queryFn: async ({ signal }) => {
      const body = { leaf_type: leafTypes[object] };
      return (await answer(api.POST("/schemas.stock.get", { body, signal }))).fragment;
    },
  });

/** The sets of custom fields that are in force: the org's own, those of subtypes and those of apps. */
export const fragmentsQuery = (object: ObjectName) =>
  queryOptions({
    queryKey: [...schemasKey, object, "custom"],
    queryFn: ({ signal }) => fetchFragments(object, signal),
  });

async function fetchFragments(object: ObjectName, signal?: AbortSignal): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  let cursor = "";
  do {
    const body = { leaf_type: [leafTypes[object]], limit: 100, cursor };
    const page = await answer(api.POST("/schemas.custom.list", { body, signal: signal ?? null }));
    fragments.push(...page.result);
    cursor = page.next_cursor ?? "";
  } while (cursor !== "");
  return fragments;
}

/** The fragment of a scope, where it has been defined. */
export function fragmentOf(fragments: Fragment[], scope: Scope): Fragment | undefined {
  return fragments.find((fragment) =>
    scope.subtype === undefined
      ? fragment.type === "tenant_fragment"
      : fragment.type === "custom_type_fragment" && fragment.subtype === scope.subtype,
  );
}

/** What stands before the names of a scope's fields in records. */
export function prefixOf(scope: Scope): string {
  return scope.subtype === undefined ? "tnt__" : "ctype__";
}

/** What a change makes of a fragment's state. */
export type Change = (state: FragmentRequest) => FragmentRequest;

/**
 * Makes the next version of a scope's fragment. The server takes its whole new state, so the change is
 * applied to what it has now and not to what this page may have read a while ago.
 */
export async function changeFragment(scope: Scope, change: Change): Promise<void> {
  const latest = fragmentOf(await fetchFragments(scope.object), scope);
  await answer(api.POST("/schemas.custom.set", { body: change(stateOf(scope, latest)) }));
}

/** A fragment's state in the form in which it is set; an empty one where there is none yet. */
function stateOf(scope: Scope, fragment: Fragment | undefined): FragmentRequest {
  const of: FragmentRequest =
    scope.subtype === undefined
      ? { type: "tenant_fragment", leaf_type: leafTypes[scope.object] }
      : { type: "custom_type_fragment", leaf_type: leafTypes[scope.object], subtype: scope.subtype };
  if (!fragment) return { ...of, fields: [] };
  return {
    ...of,
    ...(fragment.subtype_display_name && { subtype_display_name: fragment.subtype_display_name }),
    description: fragment.description ?? "",
    fields: fragment.fields.map(asRequest),
    composite_schemas: (fragment.composite_schemas ?? []).map(({ fields, ...composite }) => ({
      ...composite,
      fields: fields.map(asRequest),
    })),
    stock_field_overrides: fragment.stock_field_overrides ?? [],
    conditions: fragment.conditions ?? [],
    is_deprecated: fragment.is_deprecated,
  };
}

/** A field as it is set. Choices go as objects: texts alone would lose which of them are retired. */
export function asRequest({ choices, allowed_values, format, ...field }: SchemaField): SchemaFieldRequest {
  const values = choices ?? allowed_values;
  return {
    ...field,
    ...(values && { allowed_values: values }),
    ...(format && { format: format as NonNullable<SchemaFieldRequest["format"]> }),
  };
}

/** Puts a field where the one of its name stands. */
export function withField(state: FragmentRequest, field: SchemaFieldRequest): FragmentRequest {
  return { ...state, fields: (state.fields ?? []).map((old) => (old.name === field.name ? field : old)) };
}

/** Puts a field after the others, also when one has its name: the server refuses that. */
export function withAdded(state: FragmentRequest, field: SchemaFieldRequest): FragmentRequest {
  return { ...state, fields: [...(state.fields ?? []), field] };
}

export function withoutField(state: FragmentRequest, name: string): FragmentRequest {
  return { ...state, fields: (state.fields ?? []).filter((field) => field.name !== name), deleted_fields: [name] };
}

/** Moves a field by so many places. */
export function withMoved(state: FragmentRequest, name: string, by: number): FragmentRequest {
  const fields = [...(state.fields ?? [])];
  const from = fields.findIndex((field) => field.name === name);
  const [field] = fields.splice(from, 1);
  if (field) fields.splice(Math.max(0, from + by), 0, field);
  return { ...state, fields };
}

/**
 * The server's refusal of one part of a fragment, with the field named as the part's own form does:
 * "fields[3].pattern" is "pattern" there.
 */
export function withinPart(error: unknown, part: RegExp): unknown {
  if (!(error instanceof ApiError) || !error.field || !part.test(error.field)) return error;
  const { status, type, body } = error;
  return new ApiError(status, type, fieldMessageOf(error), error.field.replace(part, ""), body);
}

/** What people call the field. */
export function labelOf(field: Pick<SchemaField, "name" | "ui">): string {
  return textIn(field.ui, "display_name") || field.name;
}

export function textIn(ui: SchemaField["ui"], key: string): string {
  const value = ui?.[key];
  return typeof value === "string" ? value : "";
}

export function isOn(ui: SchemaField["ui"], key: string): boolean {
  return ui?.[key] === true;
}

/** Puts what the org changes about a stock field in the place of what it had changed before. */
export function withOverride(state: FragmentRequest, override: SchemaOverride): FragmentRequest {
  const others = (state.stock_field_overrides ?? []).filter(({ name }) => name !== override.name);
  return { ...state, stock_field_overrides: [...others, override] };
}
