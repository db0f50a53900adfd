import type { FieldKind, RecordField } from "@/features/record/field";

/** A field that no schema tells of: shown and edited, and nothing else unless more is said. */
export function bareField(name: string, label: string, kind: FieldKind, more: Partial<RecordField> = {}): RecordField {
  const may = { filterable: false, sortable: false, groupable: false, immutable: false };
  const is = { many: false, custom: false, required: false, hidden: false };
  return {
    name,
    label,
    kind,
    choices: [],
    format: undefined,
    unit: undefined,
    description: undefined,
    ...may,
    ...is,
    ...more,
  };
}
