import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import type { InboxSearch } from "@/features/inbox/inbox-search";
import { channelText, type Item, type ItemKind, titleOf } from "@/features/inbox/item";
import { Active, CustomerLine, Snippet, UnreadMark } from "@/features/inbox/item-line";
import { Owners, SeverityMark, StageBadge } from "@/features/inbox/marks";
import { TagChips } from "@/features/record/marks";
import { rowAfterKey, useActiveRow } from "@/features/record/use-active-row";
import type { Selection } from "@/features/record/use-selection";
import { cn } from "@/lib/cn";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.inbox;
const rowHeight = 56;
const prefetchRows = 15;
const columns = "44px minmax(280px,3fr) minmax(150px,1.4fr) minmax(110px,0.9fr) 156px minmax(90px,0.9fr) 104px 112px";
const minWidth = 1046;

type ItemTableProps = {
  kind: ItemKind;
  items: Item[];
  search: InboxSearch;
  selection: Selection;
  hasMore: boolean;
  onNearEnd: () => void;
  onOpen: (item: Item) => void;
  /** What stands below the last row. */
  footer: ReactNode;
};

/** The list on wide screens; as that of records, it is a grid that keeps the focus and names its active row. */
export function ItemTable(props: ItemTableProps) {
  const { kind, items, selection, hasMore, onNearEnd, onOpen, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 6,
    scrollPaddingStart: rowHeight, // the headings stay on top
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;
  const { active, onKeyDown, setActive } = useActiveRow(items.length, scroller, rowHeight, (index) =>
    virtualizer.scrollToIndex(index),
  );
  const step = (key: string) => () => {
    const next = rowAfterKey(key, active, items.length, 1);
    if (next === undefined) return;
    setActive(next);
    virtualizer.scrollToIndex(next);
    scroller.current?.focus();
  };
  // From anywhere on the page; the grid itself has more keys.
  useHotkeys({ j: step("j"), k: step("k") });

  useEffect(() => {
    if (hasMore && lastIndex >= items.length - prefetchRows) onNearEnd();
  }, [hasMore, lastIndex, items.length, onNearEnd]);

  const actOnRow = (event: KeyboardEvent) => {
    const item = active === undefined ? undefined : items[active];
    if (!item || event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return false;
    const act = { Enter: () => onOpen(item), x: () => selection.toggle(item) }[event.key];
    if (!act) return false;
    event.preventDefault();
    act();
    return true;
  };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={kind.words.title}
      aria-rowcount={hasMore ? -1 : items.length + 1}
      aria-multiselectable
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      tabIndex={0}
      onKeyDown={(event) => {
        if (!actOnRow(event)) onKeyDown(event);
      }}
      className="group/grid h-full overflow-auto outline-none [overflow-anchor:none]"
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-20">
          <Heading kind={kind} items={items} selection={selection} />
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const item = items[row.index];
            return (
              item && (
                <div
                  key={item.id}
                  id={rowId(row.index)}
                  role="row"
                  aria-rowindex={row.index + 2}
                  aria-selected={selection.has(item)}
                  data-active={row.index === active || undefined}
                  onPointerDown={() => setActive(row.index)}
                  className={cn(
                    "group absolute inset-x-0 top-0 grid border-line/70 border-b bg-canvas text-[0.8125rem] text-ink-2 hover:bg-hover data-active:bg-hover group-focus-visible/grid:data-active:shadow-[inset_2px_0_0_var(--brand)]",
                    selection.has(item) && "bg-brand-soft hover:bg-brand-soft data-active:bg-brand-soft",
                  )}
                  style={{
                    gridTemplateColumns: columns,
                    height: rowHeight,
                    transform: `translateY(${row.start}px)`,
                  }}
                >
                  <Cells {...props} item={item} />
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

function Heading({ kind, items, selection }: Pick<ItemTableProps, "kind" | "items" | "selection">) {
  const chosen = items.filter(selection.has).length;
  const names = words.columns;
  const titles = [
    ...[kind.words.one, names.customer, names.owner, names.stage, names.tags],
    kind.type === "ticket" ? names.severity : names.channel,
    kind.type === "ticket" ? names.changed : names.active,
  ];
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="grid h-9 items-center border-line border-b bg-canvas font-medium text-ink-3 text-xs"
      style={{ gridTemplateColumns: columns }}
    >
      <div role="columnheader" className="grid place-items-center">
        <Checkbox
          aria-label={strings.records.selectLoaded}
          checked={chosen > 0 && chosen === items.length}
          mixed={chosen > 0 && chosen < items.length}
          onChange={() => selection.toggleAll(items)}
        />
      </div>
      {titles.map((title, index) => (
        <div
          key={title}
          role="columnheader"
          className={cn("truncate px-3 first-letter:uppercase", index === 0 && "pl-1")}
        >
          {title}
        </div>
      ))}
    </div>
  );
}

function Cells({ kind, item, search, selection }: ItemTableProps & { item: Item }) {
  const title = titleOf(item);
  return (
    <>
      <Cell className="grid place-items-center px-0">
        <Checkbox
          tabIndex={-1}
          aria-label={strings.records.select(title)}
          checked={selection.has(item)}
          onChange={() => selection.toggle(item)}
          className={cn(
            "relative z-10",
            !selection.has(item) && "opacity-0 group-hover:opacity-100 group-data-active:opacity-100",
          )}
        />
      </Cell>
      <Cell className="pl-1">
        <span className="block min-w-0 flex-1">
          <Link
            to={`${kind.path}/$id`}
            params={{ id: item.display_id }}
            search={search}
            tabIndex={-1}
            title={title}
            className={cn(
              "block truncate text-ink after:absolute after:inset-0",
              item.unread > 0 ? "font-bold" : "font-medium",
            )}
          >
            <UnreadMark item={item} />
            {title}
          </Link>
          <Snippet item={item} />
        </span>
      </Cell>
      <Cell>
        <span className="min-w-0">
          <CustomerLine item={item} />
        </span>
      </Cell>
      <Cell>
        <Owners owners={item.owners} />
      </Cell>
      <Cell>
        <StageBadge item={item} />
      </Cell>
      <Cell>
        <TagChips tags={item.tags} shown={1} />
      </Cell>
      <Cell>
        {item.ticket?.severity && <SeverityMark severity={item.ticket.severity} />}
        {!item.ticket && item.channel && <span className="truncate">{channelText(item.channel)}</span>}
      </Cell>
      <Cell>
        <Active item={item} />
      </Cell>
    </>
  );
}

function Cell({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div role="gridcell" tabIndex={-1} className={cn("flex min-w-0 items-center overflow-hidden px-3", className)}>
      {children}
    </div>
  );
}

function rowId(index: number): string {
  return `item-row-${index}`;
}
