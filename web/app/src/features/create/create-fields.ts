import type { RecordField } from "@/features/record/field";
import type { RecordType } from "@/features/record/record";
import { isEditable } from "@/features/record/value";

const first: Record<RecordType, string[]> = {
  rev_user: ["display_name", "email", "phone_numbers", "external_ref"],
  account: ["display_name", "external_refs", "domains", "websites", "tier", "parent"],
  rev_org: ["display_name", "external_ref", "domain", "environment", "tier"],
};

const last = ["description", "tags", "owned_by"];

/** The fields of a form that makes a record, in the order in which people fill them in. */
export function createFields(type: RecordType, fields: RecordField[]): RecordField[] {
  const named = (name: string) => fields.find((field) => field.name === name) ?? [];
  const custom = fields.filter((field) => field.custom && (isEditable(field) || field.immutable));
  return [...first[type].flatMap(named), ...last.flatMap(named), ...custom.filter(({ kind }) => kind !== "other")];
}
