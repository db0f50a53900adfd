import { type Row, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import type { RevUser } from "@/api/types";
import { columnLayout, contactColumns, contactFeatures } from "@/features/contact/contact-columns";
import { ContactHeading } from "@/features/contact/contact-heading";
import type { ContactSearch, SortKey } from "@/features/contact/contact-search";
import { useActiveRow } from "@/features/contact/use-active-row";
import { cn } from "@/lib/cn";

const rowHeight = 42;
// Ask for the next page while this many rows are still unseen, so that a
// reader who scrolls at ease never meets the end.
const prefetchRows = 40;

const layouts = Object.values(columnLayout);
const gridTemplateColumns = layouts.map(({ width, share }) => `minmax(${width}rem, ${share}fr)`).join(" ");
const minWidth = `${layouts.reduce((sum, { width }) => sum + width, 0)}rem`;

type ContactTableProps = {
  contacts: RevUser[];
  search: ContactSearch;
  onSort: (key: SortKey) => void;
  hasMore: boolean;
  /** Called, perhaps repeatedly, while the end of what is loaded is near. */
  onNearEnd: () => void;
  /** What stands below the last row. */
  footer: ReactNode;
};

/**
 * The list on wide screens. Only the rows in sight exist in the page. It is
 * built of ARIA roles because the rows of a <table> lose their meaning once they
 * are placed by hand; the grid keeps the focus and names its active row.
 */
export function ContactTable({ contacts, search, onSort, hasMore, onNearEnd, footer }: ContactTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const table = useTable({
    features: contactFeatures,
    columns: contactColumns,
    data: contacts,
    getRowId: (contact) => contact.id,
  });
  const rows = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight, // the headings stay on top
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  const { active, onKeyDown, setActive } = useActiveRow(rows.length, scroller, rowHeight, (index) =>
    virtualizer.scrollToIndex(index),
  );

  useEffect(() => {
    if (hasMore && lastIndex >= rows.length - prefetchRows) onNearEnd();
  }, [hasMore, lastIndex, rows.length, onNearEnd]);

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Contacts"
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-colcount={contactColumns.length}
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group/grid h-full overflow-auto outline-none [overflow-anchor:none]"
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-20">
          {table.getHeaderGroups().map((group) => (
            <div
              key={group.id}
              role="row"
              aria-rowindex={1}
              className="grid border-line border-b bg-canvas"
              style={{ gridTemplateColumns }}
            >
              {group.headers.map((header) => (
                <ContactHeading
                  key={header.id}
                  pinned={header.index === 0}
                  sortKey={columnLayout[header.id]?.sort}
                  search={search}
                  onSort={onSort}
                >
                  <table.FlexRender header={header} />
                </ContactHeading>
              ))}
            </div>
          ))}
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index] as Row<typeof contactFeatures, RevUser>;
            return (
              <div
                key={row.id}
                id={rowId(item.index)}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={item.index === active}
                onPointerDown={() => setActive(item.index)}
                className={cn(
                  "group absolute inset-x-0 top-0 grid text-[0.8125rem] border-line/70 border-b bg-canvas text-ink-2 hover:bg-hover",
                  item.index === active && "bg-hover",
                )}
                style={{ gridTemplateColumns, height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                {row.getAllCells().map((cell, index) => (
                  <div
                    key={cell.id}
                    role="gridcell"
                    className={cn(
                      "flex min-w-0 items-center overflow-hidden px-3",
                      index === 0 && "sticky left-0 z-10 bg-canvas pl-4 group-hover:bg-hover sm:pl-6",
                      index === 0 &&
                        item.index === active &&
                        "bg-hover group-focus-visible/grid:shadow-[inset_2px_0_0_var(--brand)]",
                    )}
                  >
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <div className="sticky left-0">{footer}</div>
    </div>
  );
}

function rowId(index: number): string {
  return `contact-row-${index}`;
}
