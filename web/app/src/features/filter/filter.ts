import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { FilterTree } from "@/api/types";
import type { FieldKind, RecordField } from "@/features/record/field";
import { type FilterType, type RecordType, timeZone } from "@/features/record/record";

/** How the server understands a filter's text: its tree, and the text as it would write it. */
export function explainQuery(type: FilterType, filter: string) {
  return queryOptions({
    queryKey: ["filter", type, filter],
    queryFn: ({ signal }) => explain(type, filter, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** The same for a text or a tree. What is wrong with it is thrown, with the place. */
export async function explain(type: FilterType, filter: string | FilterTree, signal?: AbortSignal) {
  const body = { object: type, filter, time_zone: timeZone };
  return answer(api.POST("/filters.explain", { body, ...(signal ? { signal } : {}) }));
}

export type Operator = NonNullable<FilterTree["operator"]>;

const textOperators: Operator[] = [
  "eq",
  "ne",
  "contains",
  "not_contains",
  "starts_with",
  "in",
  "not_in",
  "empty",
  "not_empty",
];
const numberOperators: Operator[] = ["eq", "ne", "lt", "lte", "gt", "gte", "between", "empty", "not_empty"];
const dateOperators: Operator[] = ["gt", "lt", "eq", "between", "empty", "not_empty"];
const choiceOperators: Operator[] = ["in", "not_in", "empty", "not_empty"];

const byKind: Partial<Record<FieldKind, Operator[]>> = {
  text: textOperators,
  rich_text: ["contains", "not_contains", "empty", "not_empty"],
  number: numberOperators,
  date: dateOperators,
  timestamp: dateOperators,
  bool: ["eq", "empty", "not_empty"],
};

/** The operators that are offered for a field; the first is the one that people want most. */
export function operatorsOf(field: RecordField): Operator[] {
  if (field.name === "is_verified" || (field.kind === "bool" && field.byValue)) return ["eq"];
  return byKind[field.kind] ?? choiceOperators;
}

/** How many values the operator takes: none, one, two, or any number. */
export function arityOf(operator: Operator): 0 | 1 | 2 | "many" {
  if (operator === "empty" || operator === "not_empty") return 0;
  if (operator === "between") return 2;
  return operator === "in" || operator === "not_in" ? "many" : 1;
}

/** A condition that is not filled in yet is not sent. */
export function isComplete(node: FilterTree): boolean {
  switch (node.type) {
    case "primitive": {
      const arity = arityOf(node.operator ?? "eq");
      const filled = (node.values ?? []).filter((value) => value !== "").length;
      return arity === "many" ? filled > 0 : filled >= arity;
    }
    case "and":
    case "or":
      return (node.expressions ?? []).some(isComplete);
    default:
      return node.expression !== undefined && isComplete(node.expression);
  }
}

/** The tree without what is not filled in; nothing when that leaves nothing. */
export function completed(node: FilterTree): FilterTree | undefined {
  if (!isComplete(node)) return undefined;
  if (node.type === "and" || node.type === "or") {
    const expressions = (node.expressions ?? []).flatMap((child) => completed(child) ?? []);
    return expressions.length === 1 ? expressions[0] : { ...node, expressions };
  }
  return node.expression ? { ...node, expression: completed(node.expression) ?? node.expression } : node;
}

/** The conditions that all have to hold, for a tree of any form. */
export function conditionsOf(tree: FilterTree | undefined): FilterTree[] {
  if (!tree) return [];
  return tree.type === "and" ? (tree.expressions ?? []) : [tree];
}

export const relations = {
  rev_user: { account: "account", workspace: "rev_org" },
  account: { parent: "account", contacts: "rev_user", workspaces: "rev_org" },
  rev_org: { account: "account", contacts: "rev_user" },
  conversation: { contact: "rev_user", account: "account", workspace: "rev_org" },
  ticket: { contact: "rev_user", account: "account", workspace: "rev_org" },
} as const satisfies Record<FilterType, Record<string, RecordType>>;

export function relationsOf(type: FilterType): Record<string, RecordType> {
  return relations[type];
}

/** A condition's field, which may be a related record's: "account.tier". */
export function splitField(type: FilterType, name: string): { relation: string | undefined; name: string } {
  const [head = "", ...rest] = name.split(".");
  return head in relationsOf(type) && rest.length > 0
    ? { relation: head, name: rest.join(".") }
    : { relation: undefined, name };
}

/** The names under which filters know stock fields, by those of answers. */
const filterNames: Record<string, string> = {
  name: "display_name",
  email: "email",
  phone: "phone_numbers",
  ref: "external_ref",
  tag: "tags",
  owner: "owned_by",
  verified: "is_verified",
  created: "created_date",
  modified: "modified_date",
  domain: "domains",
  website: "websites",
};

/** The other way round: what conditions on conversations and tickets may call their fields as well. */
const itemNames: Record<string, string> = {
  owned_by: "owner",
  tags: "tag",
  created_date: "created",
  modified_date: "modified",
  is_spam: "spam",
  is_frozen: "frozen",
  applies_to_part: "part",
  last_message_date: "last_message",
  actual_close_date: "closed",
};

/** The field that a condition asks about. */
export function fieldNamed(fields: RecordField[], name: string): RecordField | undefined {
  const other = filterNames[name] ?? itemNames[name];
  return (
    fields.find((field) => field.name === name) ??
    fields.find((field) => field.name === other || (name === "ref" && field.name === "external_refs"))
  );
}
