import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CloudOff, SearchX, UsersRound } from "lucide-react";
import { useCallback, useState } from "react";
import { messageOf } from "@/api/client";
import type { Vista } from "@/api/types";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { BulkBar, idFilter } from "@/features/bulk/bulk-bar";
import { PeekSheet } from "@/features/customer/peek-sheet";
import type { RecordField } from "@/features/record/field";
import { ListFooter } from "@/features/record/list-footer";
import { type Column, type ListSearch, type ListView, searchOf, toggleSort } from "@/features/record/list-search";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { RecordBoard } from "@/features/record/record-board";
import { RecordCards } from "@/features/record/record-cards";
import { type ShownColumn, shownColumns } from "@/features/record/record-columns";
import { RecordTable } from "@/features/record/record-table";
import { type ListRow, type MoreOfGroups, recordsIn, rowsOf } from "@/features/record/rows";
import { groupRecords, type RecordsResult } from "@/features/record/use-records";
import { useSelection } from "@/features/record/use-selection";
import { formatNumber } from "@/lib/format";
import { toast } from "@/lib/toast";
import { useMediaQuery } from "@/lib/use-media-query";
import { strings } from "@/strings";

const words = strings.records;

type RecordListProps = {
  kind: RecordKind;
  fields: RecordField[];
  view: ListView;
  query: RecordsResult;
  found: UseQueryResult<AnyRecord[]>;
  search: ListSearch;
  vista: Vista | undefined;
  onSearchChange: (search: ListSearch, how?: { replace: boolean }) => void;
  onChange: (view: ListView) => void;
  onCreate: () => void;
  onImport: (() => void) | undefined;
};

/** The records themselves: as a table, as cards on phones, or as a board. */
export function RecordList(props: RecordListProps) {
  const { kind, fields, view, query, found, search, onChange } = props;
  const wide = useMediaQuery("(min-width: 48rem)");
  const navigate = useNavigate();
  const selection = useSelection();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const { more, loadMore } = useMoreOfGroups(props);
  const { fetchNextPage } = query;
  const onNearEnd = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  const searching = search.q !== undefined;
  const source = searching ? found : query;
  if (source.data === undefined) return <NotLoaded kind={kind} query={source} />;
  const pages = query.data?.pages ?? [];
  const rows: ListRow[] = searching
    ? (found.data ?? []).map((record) => ({ kind: "record", id: record.id, record }))
    : rowsOf(pages, view.group !== "", closed, more);
  if (rows.length === 0) return <NothingShown {...props} />;
  const hasMore = !searching && query.hasNextPage && !query.isFetchNextPageError;
  const columns = shownColumns(view, fields);
  const peek = (record: AnyRecord) => props.onSearchChange({ ...search, peek: record.display_id });
  const toggleGroup = (value: string) => {
    const next = new Set(closed);
    if (!next.delete(value)) next.add(value);
    setClosed(next);
  };
  const footer = searching ? <div className="h-20" /> : <ListFooter kind={kind} query={query} />;
  const shared = { kind, rows, selection, hasMore, onNearEnd, footer, onMore: loadMore, onToggleGroup: toggleGroup };
  const records = recordsIn(rows);
  const count =
    pages[0] && !searching
      ? `${formatNumber(pages[0].count)}${pages[0].more ? "+" : ""}`
      : formatNumber(records.length);
  return (
    <div className="relative min-h-0 flex-1">
      {view.layout === "board" && view.group && !searching ? (
        <RecordBoard
          {...{ kind, more, columns }}
          group={view.group}
          groups={pages.flatMap((page) => page.groups)}
          hasMoreGroups={query.hasNextPage}
          onMoreGroups={onNearEnd}
          onMore={loadMore}
          onPeek={peek}
        />
      ) : wide ? (
        <RecordTable
          {...shared}
          columns={columns}
          sort={view.sort}
          onSort={(field, first) => onChange({ ...view, sort: toggleSort(view.sort, field, first) })}
          onResize={(name, width) => resize(props, columns, name, width)}
          onMove={(name, to) => onChange({ ...view, columns: moved(view.columns, name, to) })}
          onPeek={peek}
          onOpen={(record) => void navigate({ to: `${kind.path}/$id`, params: { id: record.display_id } })}
        />
      ) : (
        <RecordCards {...shared} />
      )}
      <BulkBar
        kind={kind}
        selection={selection}
        records={records}
        count={count}
        filter={searching ? idFilter(records.map(({ display_id }) => display_id)) : view.filter}
        onDone={() => void query.refetch()}
      />
      {search.peek && (
        <PeekSheet
          type={kind.type}
          id={search.peek}
          onClose={() => {
            const { peek: _, ...rest } = search;
            props.onSearchChange(rest);
          }}
        />
      )}
    </div>
  );
}

/** The URL follows the pointer without filling the history. */
function resize(
  { kind, view, search, vista, onSearchChange }: RecordListProps,
  columns: ShownColumn[],
  name: string,
  width: number,
) {
  const all: Column[] = columns.map(({ field }) => {
    const old = view.columns.find((column) => column.name === field.name);
    return field.name === name ? { name, width } : (old ?? { name: field.name });
  });
  onSearchChange(searchOf(kind.type, { ...view, columns: all }, search, vista), { replace: true });
}

/** The columns with one of them at the place of another. */
function moved(columns: Column[], name: string, to: string): Column[] {
  const from = columns.findIndex((column) => column.name === name);
  const at = columns.findIndex((column) => column.name === to);
  const column = columns[from];
  if (!column || at < 0 || from === at) return columns;
  const rest = columns.filter((other) => other !== column);
  rest.splice(at, 0, column);
  return rest;
}

function useMoreOfGroups({ kind, view }: RecordListProps) {
  const [more, setMore] = useState<MoreOfGroups>({});
  const loadMore = ({ group, cursor }: Extract<ListRow, { kind: "more" }>) => {
    groupRecords(kind.type, view, group.filter, cursor).then(
      (page) =>
        setMore((all) => ({
          ...all,
          [group.value]: { records: [...(all[group.value]?.records ?? []), ...page.records], cursor: page.next_cursor },
        })),
      (error: unknown) => toast({ tone: "danger", title: messageOf(error) }),
    );
  };
  return { more, loadMore };
}

type NotLoadedProps = {
  kind: RecordKind;
  query: { error: Error | null; isFetching: boolean; refetch: () => unknown };
};

function NotLoaded({ kind, query: { error, isFetching, refetch } }: NotLoadedProps) {
  if (error && !isFetching) {
    return (
      <StateMessage role="alert" icon={CloudOff} title={messageOf(error)}>
        <Button onClick={() => refetch()}>{strings.common.tryAgain}</Button>
      </StateMessage>
    );
  }
  return (
    <div role="status" aria-label={words.loading(kind.words.many)} className="grid gap-4 p-6">
      {["w-3/5", "w-4/5", "w-2/3", "w-3/4", "w-1/2", "w-4/5"].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never move
        <Skeleton key={index} className={`h-5 ${width}`} />
      ))}
    </div>
  );
}

function NothingShown({ kind, view, search, vista, onSearchChange, onCreate, onImport }: RecordListProps) {
  if (view.filter || search.q) {
    const clear = () => {
      const { q: _, ...rest } = search;
      onSearchChange(searchOf(kind.type, { ...view, filter: "" }, rest, vista));
    };
    return (
      <StateMessage icon={SearchX} title={words.noMatch}>
        <p className="text-ink-2">{words.noMatchText}</p>
        <Button className="mt-2" onClick={clear}>
          {words.clearFilter}
        </Button>
      </StateMessage>
    );
  }
  return (
    <StateMessage icon={UsersRound} title={kind.words.empty}>
      <p className="max-w-md text-pretty text-ink-2">{kind.words.emptyText}</p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        {onImport && <Button onClick={onImport}>{words.uploadCsv}</Button>}
        <Button onClick={onCreate}>{kind.words.create}</Button>
      </div>
    </StateMessage>
  );
}
