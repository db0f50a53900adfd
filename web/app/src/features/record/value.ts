import type { RecordField } from "@/features/record/field";
import { type AnyRecord, type Changes, externalRefs } from "@/features/record/record";

/** The value of a field as the record holds it: undefined when there is none. */
export function fieldValueOf(record: AnyRecord, field: RecordField): unknown {
  if (field.custom) return record.custom_fields?.[field.name];
  switch (field.name) {
    case "external_ref":
    case "external_refs":
      return externalRefs(record);
    case "account":
      return record.account ?? record.rev_org;
    case "workspace":
      return record.rev_org?.type === "rev_org" ? record.rev_org : undefined;
    default:
      return record[field.name as keyof AnyRecord];
  }
}

/** Whether there is something to show. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What an update sends to set the field. null takes the value off. */
export function changeOf(field: RecordField, value: unknown): Changes {
  if (field.custom) {
    return { custom_fields: { [field.name]: value }, custom_schema_spec: { tenant_fragment: true } };
  }
  if (field.name === "external_ref") return { external_refs: value ?? [] };
  if (field.many) return { [field.name]: value ?? [] };
  return { [field.name]: value };
}

/** Whether the record's own update can set the field: places of contacts have operations of their own. */
export function isEditable(field: RecordField): boolean {
  if (field.immutable || field.kind === "other") return false;
  return field.custom || !["account", "workspace"].includes(field.name);
}
