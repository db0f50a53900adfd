import type { AnyRecord, RecordGroup, RecordPage } from "@/features/record/record";

/** One line of a list: a record, the heading of a group, or the way to more of a group. */
export type ListRow =
  | { kind: "record"; id: string; record: AnyRecord }
  | { kind: "group"; id: string; group: RecordGroup; open: boolean }
  | { kind: "more"; id: string; group: RecordGroup; cursor: string };

/** What was fetched of groups beyond their first records, by the group's value. */
export type MoreOfGroups = Record<string, { records: AnyRecord[]; cursor: string | undefined }>;

/** The lines of a list: its records, or its groups with those that are open beneath their headings. */
export function rowsOf(
  pages: RecordPage[],
  grouped: boolean,
  closed: ReadonlySet<string>,
  more: MoreOfGroups,
): ListRow[] {
  if (!grouped) {
    const records = pages.flatMap((page) => page.records);
    return records.map((record) => ({ kind: "record", id: record.id, record }));
  }
  return pages.flatMap((page) => page.groups).flatMap((group) => groupRows(group, !closed.has(group.value), more));
}

function groupRows(group: RecordGroup, open: boolean, more: MoreOfGroups): ListRow[] {
  const heading: ListRow = { kind: "group", id: `group ${group.value}`, group, open };
  if (!open) return [heading];
  const further = more[group.value];
  const cursor = further ? further.cursor : group.next_cursor;
  // A record with several values stands in several groups.
  const records: ListRow[] = [...group.records, ...(further?.records ?? [])].map((record) => ({
    kind: "record",
    id: `${group.value} ${record.id}`,
    record,
  }));
  const rest: ListRow[] = cursor ? [{ kind: "more", id: `more ${group.value}`, group, cursor }] : [];
  return [heading, ...records, ...rest];
}

/** The records among the lines, each once. */
export function recordsIn(rows: ListRow[]): AnyRecord[] {
  const seen = new Map<string, AnyRecord>();
  for (const row of rows) if (row.kind === "record") seen.set(row.record.id, row.record);
  return [...seen.values()];
}
