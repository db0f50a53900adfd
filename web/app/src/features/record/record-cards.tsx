import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { type AnyRecord, detailOf, type RecordKind } from "@/features/record/record";
import { RecordName } from "@/features/record/record-name";
import type { ListRow } from "@/features/record/rows";
import type { Selection } from "@/features/record/use-selection";
import { formatDate, formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const cardHeight = 64;
const prefetchCards = 40;

type RecordCardsProps = {
  kind: RecordKind;
  rows: ListRow[];
  selection: Selection;
  hasMore: boolean;
  onNearEnd: () => void;
  onToggleGroup: (value: string) => void;
  onMore: (row: Extract<ListRow, { kind: "more" }>) => void;
  footer: ReactNode;
};

/** The list on phones: two lines a record instead of columns. */
export function RecordCards(props: RecordCardsProps) {
  const { kind, rows, hasMore, onNearEnd, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && lastIndex >= rows.length - prefetchCards) onNearEnd();
  }, [hasMore, lastIndex, rows.length, onNearEnd]);

  return (
    <section
      ref={scroller}
      aria-label={kind.words.title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="h-full overflow-y-auto outline-offset-[-2px]"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <li
                key={row.id}
                aria-setsize={hasMore ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: cardHeight, transform: `translateY(${item.start}px)` }}
              >
                <CardRow {...props} row={row} />
              </li>
            )
          );
        })}
      </ul>
      {footer}
    </section>
  );
}

function CardRow({ kind, row, selection, onToggleGroup, onMore }: RecordCardsProps & { row: ListRow }) {
  if (row.kind === "record") return <RecordCard kind={kind} record={row.record} selection={selection} />;
  if (row.kind === "more") {
    return (
      <div className="flex h-full items-center px-4">
        <Button variant="ghost" size="sm" onClick={() => onMore(row)}>
          {strings.records.moreOfGroup(row.group.count)}
        </Button>
      </div>
    );
  }
  const Icon = row.open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      aria-expanded={row.open}
      onClick={() => onToggleGroup(row.group.value)}
      className="flex h-full w-full items-center gap-2 border-line/70 border-b bg-sunken px-4 text-left font-medium outline-offset-[-2px]"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
      <span className="truncate">{row.group.label || strings.records.noValue}</span>
      <span className="font-normal text-ink-3 tabular-nums">{formatNumber(row.group.count)}</span>
    </button>
  );
}

function RecordCard({ kind, record, selection }: { kind: RecordKind; record: AnyRecord; selection: Selection }) {
  const name = record.display_name || record.display_id;
  return (
    <div className="relative flex h-full items-center gap-3 border-line/70 border-b px-4">
      <Checkbox
        aria-label={strings.records.select(name)}
        checked={selection.has(record)}
        onChange={() => selection.toggle(record)}
        className="z-10 size-5"
      />
      <Avatar name={name} seed={record.id} picture={record.display_picture} className="size-9 text-xs" />
      <div className="min-w-0 flex-1">
        <RecordName kind={kind} record={record} cover />
        <p className="truncate text-[0.8125rem] text-ink-3">{detailOf(record)}</p>
      </div>
      <div className="max-w-[38%] text-right text-[0.8125rem] text-ink-3">
        <p className="truncate text-ink-2">{record.rev_org?.display_name ?? record.tier}</p>
        <p className="truncate tabular-nums">{formatDate(record.created_date)}</p>
      </div>
    </div>
  );
}
