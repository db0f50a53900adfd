import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import type { InboxSearch } from "@/features/inbox/inbox-search";
import { type Item, type ItemKind, titleOf } from "@/features/inbox/item";
import { Active, CustomerLine, Snippet, UnreadMark } from "@/features/inbox/item-line";
import { StageBadge } from "@/features/inbox/marks";
import { rowAfterKey } from "@/features/record/use-active-row";
import { cn } from "@/lib/cn";
import { useHotkeys } from "@/lib/use-hotkeys";

const rowHeight = 88;
const prefetchRows = 15;

type ItemRailProps = {
  kind: ItemKind;
  items: Item[];
  search: InboxSearch;
  /** The display id of the one that is shown beside the list. */
  open: string | undefined;
  hasMore: boolean;
  onNearEnd: () => void;
  onOpen: (item: Item) => void;
  footer: ReactNode;
};

/** The list where there is room for one column: beside what is open, and on phones. */
export function ItemRail({ kind, items, search, open, hasMore, onNearEnd, onOpen, footer }: ItemRailProps) {
  const scroller = useRef<HTMLElement>(null);
  const at = items.findIndex(({ display_id }) => display_id === open);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 6,
    initialOffset: Math.max(0, at - 2) * rowHeight,
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;
  const step = (key: string) => () => {
    const next = rowAfterKey(key, at < 0 ? undefined : at, items.length, 1);
    const item = next === undefined ? undefined : items[next];
    if (next === undefined || !item || next === at) return;
    virtualizer.scrollToIndex(next);
    onOpen(item);
  };
  useHotkeys({ j: step("j"), k: step("k") });

  useEffect(() => {
    if (hasMore && lastIndex >= items.length - prefetchRows) onNearEnd();
  }, [hasMore, lastIndex, items.length, onNearEnd]);

  return (
    <section
      ref={scroller}
      aria-label={kind.words.title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="h-full overflow-y-auto outline-offset-[-2px] [overflow-anchor:none]"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const item = items[row.index];
          return (
            item && (
              <li
                key={item.id}
                aria-setsize={hasMore ? -1 : items.length}
                aria-posinset={row.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: rowHeight, transform: `translateY(${row.start}px)` }}
              >
                <Line kind={kind} item={item} search={search} isOpen={item.display_id === open} />
              </li>
            )
          );
        })}
      </ul>
      {footer}
    </section>
  );
}

type LineProps = { kind: ItemKind; item: Item; search: InboxSearch; isOpen: boolean };

function Line({ kind, item, search, isOpen }: LineProps) {
  return (
    <Link
      to={`${kind.path}/$id`}
      params={{ id: item.display_id }}
      search={search}
      aria-current={isOpen ? "true" : undefined}
      className={cn(
        "grid h-full grid-cols-[minmax(0,1fr)] content-center gap-0.5 border-line/70 border-b px-4 text-[0.8125rem] outline-offset-[-2px] hover:bg-hover",
        isOpen && "bg-selected hover:bg-selected [&_.text-ink-3]:text-ink-2",
      )}
    >
      <span className="flex items-center gap-2">
        <span className={cn("min-w-0 flex-1 truncate text-ink text-sm", item.unread > 0 ? "font-bold" : "font-medium")}>
          <UnreadMark item={item} />
          {titleOf(item)}
        </span>
        <Active item={item} />
      </span>
      <span className="flex items-center gap-2 text-ink-2">
        <span className="min-w-0 flex-1">
          <CustomerLine item={item} />
        </span>
        <StageBadge item={item} />
      </span>
      <Snippet item={item} />
    </Link>
  );
}
