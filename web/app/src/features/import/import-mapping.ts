import type { PreviewField } from "@/features/import/import";

/** The columns chosen by hand for a field, by the field's name. An empty list keeps it without any. */
export type Mapping = Record<string, string[]>;

/** How the server takes several columns for one field. */
const joint = " + ";

export function toMapping(map: Record<string, string> | undefined, header: string[]): Mapping {
  return Object.fromEntries(
    Object.entries(map ?? {}).map(([field, text]) => [
      field,
      header.includes(text) ? [text] : text.split(joint).filter(Boolean),
    ]),
  );
}

function toMap(mapping: Mapping): Record<string, string> {
  return Object.fromEntries(Object.entries(mapping).map(([field, columns]) => [field, columns.join(joint)]));
}

/** The fields with what was chosen by hand before what the server found. */
export function withChoices(fields: PreviewField[], mapping: Mapping): PreviewField[] {
  return fields.map((field) => ({ ...field, columns: mapping[field.name] ?? field.columns }));
}

/** The names of the fields that a column fills. */
export function fieldsOf(column: string, fields: PreviewField[]): string[] {
  return fields.filter((field) => field.columns.includes(column)).map((field) => field.name);
}

/** The map that has the column fill the field instead of what it fills now; "" leaves the column out. */
export function assign(
  column: string,
  field: string,
  fields: PreviewField[],
  mapping: Mapping,
): Record<string, string> {
  const next = { ...mapping };
  for (const { name, columns } of fields) {
    if (name === field) next[name] = [...columns.filter((other) => other !== column), column];
    else if (columns.includes(column)) next[name] = columns.filter((other) => other !== column);
  }
  return toMap(next);
}
