import { Button } from "@/components/ui/button";
import type { RecordField } from "@/features/record/field";
import { FieldValue } from "@/features/record/field-value";
import { type AnyRecord, detailOf, type RecordGroup, type RecordKind } from "@/features/record/record";
import type { ShownColumn } from "@/features/record/record-columns";
import { RecordName } from "@/features/record/record-name";
import type { ListRow, MoreOfGroups } from "@/features/record/rows";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

type RecordBoardProps = {
  kind: RecordKind;
  groups: RecordGroup[];
  more: MoreOfGroups;
  columns: ShownColumn[];
  /** The field that the groups are by: its value stands above them. */
  group: string;
  hasMoreGroups: boolean;
  onMoreGroups: () => void;
  onMore: (row: Extract<ListRow, { kind: "more" }>) => void;
  onPeek: (record: AnyRecord) => void;
};

const shownFields = 3;
const notOnCards = ["display_name", "email", "external_ref", "external_refs", "created_date", "modified_date"];

/** The groups beside each other, each with its records as cards. */
export function RecordBoard({
  kind,
  groups,
  more,
  columns,
  group,
  hasMoreGroups,
  onMoreGroups,
  ...acts
}: RecordBoardProps) {
  const fields = columns
    .map(({ field }) => field)
    .filter(({ name }) => !notOnCards.includes(name) && name !== group)
    .slice(0, shownFields);
  return (
    <section
      aria-label={kind.words.title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="flex h-full gap-3 overflow-x-auto p-4 outline-offset-[-2px] sm:px-6"
    >
      {groups.map((group) => (
        <Lane key={group.value} kind={kind} group={group} further={more[group.value]} fields={fields} {...acts} />
      ))}
      {hasMoreGroups && (
        <Button variant="ghost" onClick={onMoreGroups}>
          {strings.records.moreGroups}
        </Button>
      )}
    </section>
  );
}

type LaneProps = Pick<RecordBoardProps, "kind" | "onMore" | "onPeek"> & {
  group: RecordGroup;
  further: MoreOfGroups[string] | undefined;
  fields: RecordField[];
};

function Lane({ kind, group, further, fields, onMore, onPeek }: LaneProps) {
  const label = group.label || strings.records.noValue;
  const cursor = further ? further.cursor : group.next_cursor;
  const records = [...group.records, ...(further?.records ?? [])];
  return (
    <section
      aria-label={label}
      className="flex max-h-full w-72 shrink-0 flex-col rounded-xl border border-line bg-sunken"
    >
      <h2 className="flex items-baseline gap-2 px-3 py-2.5 font-medium">
        <span className="truncate">{label}</span>
        <span className="font-normal text-[0.8125rem] text-ink-3 tabular-nums">
          {formatNumber(group.count)}
          {group.more && "+"}
        </span>
      </h2>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="grid min-h-0 content-start gap-2 overflow-y-auto px-2 pb-2 outline-offset-[-2px]"
      >
        {records.map((record) => (
          <li key={record.id}>
            <BoardCard kind={kind} record={record} fields={fields} onPeek={onPeek} />
          </li>
        ))}
        {cursor && (
          <li>
            <Button
              variant="ghost"
              size="sm"
              className="w-full"
              onClick={() => onMore({ kind: "more", id: group.value, group, cursor })}
            >
              {strings.records.moreOfGroup(group.count)}
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}

type BoardCardProps = Pick<RecordBoardProps, "kind" | "onPeek"> & { record: AnyRecord; fields: RecordField[] };

function BoardCard({ kind, record, fields, onPeek }: BoardCardProps) {
  const name = record.display_name || record.display_id;
  return (
    <article className="grid gap-1 rounded-lg border border-line bg-surface p-2.5 text-[0.8125rem] shadow-xs">
      <RecordName kind={kind} record={record} />
      <p className="truncate text-ink-3">{detailOf(record)}</p>
      {fields.map((field) => (
        <div key={field.name} className="flex min-w-0 text-ink-2 empty:hidden">
          <FieldValue record={record} field={field} short />
        </div>
      ))}
      <button
        type="button"
        onClick={() => onPeek(record)}
        aria-label={strings.records.peek(name)}
        className="justify-self-start rounded text-ink-3 text-xs hover:text-ink hover:underline"
      >
        {strings.records.preview}
      </button>
    </article>
  );
}
