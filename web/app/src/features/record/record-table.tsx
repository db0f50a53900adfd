import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CellEditor } from "@/features/record/cell-editor";
import type { SortKey } from "@/features/record/list-search";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { Cell, gridColumns, type ShownColumn } from "@/features/record/record-columns";
import { RecordHeading } from "@/features/record/record-heading";
import { type ListRow, recordsIn } from "@/features/record/rows";
import { useActiveRow } from "@/features/record/use-active-row";
import type { Selection } from "@/features/record/use-selection";
import { isEditable } from "@/features/record/value";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const rowHeight = 42;
// Ask for the next page while this many rows are still unseen, so that a
// reader who scrolls at ease never meets the end.
const prefetchRows = 40;

export type RecordTableProps = {
  kind: RecordKind;
  rows: ListRow[];
  columns: ShownColumn[];
  sort: SortKey[];
  selection: Selection;
  hasMore: boolean;
  /** Called, perhaps repeatedly, while the end of what is loaded is near. */
  onNearEnd: () => void;
  onSort: (field: string, first: "asc" | "desc") => void;
  onResize: (name: string, width: number) => void;
  /** A column was dropped before or behind another. */
  onMove: (name: string, to: string) => void;
  onPeek: (record: AnyRecord) => void;
  onOpen: (record: AnyRecord) => void;
  onToggleGroup: (value: string) => void;
  onMore: (row: Extract<ListRow, { kind: "more" }>) => void;
  /** What stands below the last row. */
  footer: ReactNode;
};

/**
 * The list on wide screens. Only the rows in sight exist in the page. It is built of ARIA roles because the rows of
 * a <table> lose their meaning once they are placed by hand; the grid keeps the focus and names its active row.
 */
export function RecordTable(props: RecordTableProps) {
  const { kind, rows, columns, selection, hasMore, onNearEnd, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState<{ row: string; field: string }>();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollPaddingStart: rowHeight, // the headings stay on top
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  const { active, onKeyDown, setActive } = useActiveRow(rows.length, scroller, rowHeight, (index) =>
    virtualizer.scrollToIndex(index),
  );
  const gridTemplateColumns = gridColumns(columns);
  const minWidth = columns.reduce((sum, { width }) => sum + width, 44);

  useEffect(() => {
    if (hasMore && lastIndex >= rows.length - prefetchRows) onNearEnd();
  }, [hasMore, lastIndex, rows.length, onNearEnd]);

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={kind.words.title}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      tabIndex={0}
      onKeyDown={(event) => {
        const row = active === undefined ? undefined : rows[active];
        if (!row || !actOnRow(event, row, props)) onKeyDown(event);
      }}
      className="group/grid h-full overflow-auto outline-none [overflow-anchor:none]"
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-20">
          <div
            role="row"
            aria-rowindex={1}
            className="grid border-line border-b bg-canvas"
            style={{ gridTemplateColumns }}
          >
            <HeadingBox rows={rows} selection={selection} />
            {columns.map(({ field, width }, index) => (
              <RecordHeading
                key={field.name}
                field={field}
                width={width}
                pinned={index === 0}
                sort={props.sort}
                onSort={props.onSort}
                onResize={(to) => props.onResize(field.name, to)}
                onDrop={(name) => props.onMove(name, field.name)}
              />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={row.id}
                  id={rowId(item.index)}
                  role="row"
                  aria-rowindex={item.index + 2}
                  aria-selected={row.kind === "record" && selection.has(row.record)}
                  data-active={item.index === active || undefined}
                  onPointerDown={() => setActive(item.index)}
                  className={cn(
                    "group absolute inset-x-0 top-0 grid border-line/70 border-b text-[0.8125rem]",
                    row.kind === "group" ? "bg-sunken" : "bg-canvas text-ink-2 hover:bg-hover",
                    item.index === active && "bg-hover",
                    row.kind === "record" && selection.has(row.record) && "bg-brand-soft hover:bg-brand-soft",
                  )}
                  style={{ gridTemplateColumns, height: rowHeight, transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === "record" ? (
                    <RecordCells {...props} row={row} editing={editing} onEdit={setEditing} />
                  ) : (
                    <GroupCell row={row} onToggle={props.onToggleGroup} onMore={props.onMore} />
                  )}
                </div>
              )
            );
          })}
        </div>
      </div>
      <div className="sticky left-0">{footer}</div>
    </div>
  );
}

/** What keys mean on the active row: Enter opens it, Space looks at it beside the list, x chooses it. */
function actOnRow(event: KeyboardEvent, row: ListRow, props: RecordTableProps): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return false;
  const act = actionOf(event.key, row, props);
  if (!act) return false;
  event.preventDefault();
  act();
  return true;
}

function actionOf(key: string, row: ListRow, props: RecordTableProps): (() => void) | undefined {
  if (row.kind === "record") {
    const { record } = row;
    return {
      Enter: () => props.onOpen(record),
      " ": () => props.onPeek(record),
      x: () => props.selection.toggle(record),
    }[key];
  }
  if (key !== "Enter" && key !== " ") return undefined;
  return () => (row.kind === "group" ? props.onToggleGroup(row.group.value) : props.onMore(row));
}

function HeadingBox({ rows, selection }: { rows: ListRow[]; selection: Selection }) {
  const records = recordsIn(rows);
  const chosen = records.filter(selection.has).length;
  return (
    <div role="columnheader" className="sticky left-0 z-10 grid place-items-center bg-canvas">
      <Checkbox
        aria-label={strings.records.selectLoaded}
        checked={chosen > 0 && chosen === records.length}
        mixed={chosen > 0 && chosen < records.length}
        disabled={records.length === 0}
        onChange={() => selection.toggleAll(records)}
      />
    </div>
  );
}

type Editing = { row: string; field: string } | undefined;
type RecordCellsProps = RecordTableProps & {
  row: Extract<ListRow, { kind: "record" }>;
  editing: Editing;
  onEdit: (editing: Editing) => void;
};

function RecordCells({ kind, row, columns, selection, onPeek, editing, onEdit }: RecordCellsProps) {
  const { record } = row;
  const ground = cn(
    "bg-canvas group-hover:bg-hover group-data-active:bg-hover",
    selection.has(record) && "bg-brand-soft group-hover:bg-brand-soft group-data-active:bg-brand-soft",
  );
  return (
    <>
      <div role="gridcell" className={cn("sticky left-0 z-10 grid place-items-center", ground)}>
        <Checkbox
          tabIndex={-1}
          aria-label={strings.records.select(record.display_name ?? record.display_id)}
          checked={selection.has(record)}
          onChange={() => selection.toggle(record)}
          className={cn(!selection.has(record) && "opacity-0 group-hover:opacity-100 group-data-active:opacity-100")}
        />
      </div>
      {columns.map(({ field }, index) => (
        <div
          key={field.name}
          role="gridcell"
          tabIndex={-1}
          onDoubleClick={() => isEditable(field) && onEdit({ row: row.id, field: field.name })}
          className={cn(
            "relative flex min-w-0 items-center overflow-hidden px-3",
            index === 0 && "sticky left-11 z-10 pl-1",
            index === 0 && ground,
            index === 0 && "group-focus-visible/grid:group-data-active:shadow-[inset_2px_0_0_var(--brand)]",
          )}
        >
          <Cell kind={kind} record={record} field={field} onPeek={onPeek} />
          {editing?.row === row.id && editing.field === field.name && (
            <CellEditor type={kind.type} record={record} field={field} onDone={() => onEdit(undefined)} />
          )}
        </div>
      ))}
    </>
  );
}

type GroupCellProps = {
  row: Exclude<ListRow, { kind: "record" }>;
  onToggle: (value: string) => void;
  onMore: (row: Extract<ListRow, { kind: "more" }>) => void;
};

function GroupCell({ row, onToggle, onMore }: GroupCellProps) {
  if (row.kind === "more") {
    return (
      <div role="gridcell" className="sticky left-0 col-span-full flex w-fit items-center pl-11">
        <Button variant="ghost" size="sm" tabIndex={-1} onClick={() => onMore(row)}>
          {strings.records.moreOfGroup(row.group.count)}
        </Button>
      </div>
    );
  }
  const { group, open } = row;
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <div role="gridcell" className="sticky left-0 col-span-full flex w-fit max-w-[90vw] items-center">
      <button
        type="button"
        tabIndex={-1}
        aria-expanded={open}
        aria-label={`${open ? strings.records.collapse : strings.records.expand}: ${group.label || strings.records.noValue}`}
        onClick={() => onToggle(group.value)}
        className="flex h-full min-w-0 items-center gap-2 px-3.5 font-medium text-ink"
      >
        <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="truncate">{group.label || strings.records.noValue}</span>
        <span className="font-normal text-ink-3 tabular-nums">
          {formatNumber(group.count)}
          {group.more && "+"}
        </span>
      </button>
    </div>
  );
}

function rowId(index: number): string {
  return `record-row-${index}`;
}
