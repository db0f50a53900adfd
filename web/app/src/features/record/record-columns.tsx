import { Link } from "@tanstack/react-router";
import { PanelRight } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import type { RecordField } from "@/features/record/field";
import { FieldValue } from "@/features/record/field-value";
import type { Column, ListView } from "@/features/record/list-search";
import { VerifiedBadge } from "@/features/record/marks";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { formatDate, formatDateTime } from "@/lib/format";
import { strings } from "@/strings";

/** A column that is shown: its field and its width in pixels. */
export type ShownColumn = { field: RecordField; width: number; share: number };

const nameWidth = 216;
const usualWidth = 128;
const widths: Record<string, number> = {
  email: 184,
  created_date: 108,
  modified_date: 108,
  tags: 136,
  display_id: 96,
  is_verified: 88,
  environment: 112,
  tier: 96,
};

/** The columns of a view whose fields exist. The name always comes first: it leads to the record. */
export function shownColumns(view: ListView, fields: RecordField[]): ShownColumn[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const others = view.columns.filter(({ name }) => name !== "display_name");
  const name = view.columns.find((column) => column.name === "display_name") ?? { name: "display_name" };
  return [name, ...others].flatMap((column) => {
    const field = byName.get(column.name);
    return field ? [{ field, width: widthOf(column, field), share: column.width ? 0 : 1 }] : [];
  });
}

function widthOf(column: Column, field: RecordField): number {
  if (column.width) return column.width;
  if (field.name === "display_name") return nameWidth;
  return widths[field.name] ?? (["number", "bool", "date"].includes(field.kind) ? 104 : usualWidth);
}

/** The layout of a row: the widths that were chosen are kept, the others share what is left. */
export function gridColumns(columns: ShownColumn[]): string {
  const parts = columns.map(({ width, share }) => (share ? `minmax(${width}px, ${width}fr)` : `${width}px`));
  return `44px ${parts.join(" ")}`;
}

type CellProps = { kind: RecordKind; record: AnyRecord; field: RecordField; onPeek: (record: AnyRecord) => void };

/** What stands in one cell of the table. */
export function Cell({ kind, record, field, onPeek }: CellProps) {
  if (field.name === "display_name") return <NameCell {...{ kind, record, onPeek }} />;
  if (field.name === "created_date" || field.name === "modified_date") {
    const value = record[field.name];
    return (
      <time dateTime={value} title={formatDateTime(value)} className="truncate text-ink-3 tabular-nums">
        {formatDate(value)}
      </time>
    );
  }
  return <FieldValue record={record} field={field} short />;
}

function NameCell({ kind, record, onPeek }: Omit<CellProps, "field">) {
  const name = record.display_name || record.display_id;
  return (
    <span className="flex min-w-0 flex-1 items-center gap-2.5">
      <Avatar name={name} seed={record.id} picture={record.display_picture} />
      <Link
        to={`${kind.path}/$id`}
        params={{ id: record.display_id }}
        tabIndex={-1}
        title={name}
        className="truncate font-medium text-ink underline-offset-2 hover:underline"
      >
        {name}
      </Link>
      {record.is_verified && <VerifiedBadge />}
      <button
        type="button"
        tabIndex={-1}
        aria-label={strings.records.peek(name)}
        title={strings.records.peek(name)}
        onClick={() => onPeek(record)}
        className="-mr-1 ml-auto hidden size-7 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-selected hover:text-ink group-hover:grid"
      >
        <PanelRight aria-hidden className="size-4" />
      </button>
    </span>
  );
}
