import { type InfiniteData, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Ellipsis, Plus, RotateCw } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { Vista } from "@/api/types";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { CreateSheet } from "@/features/create/create-sheet";
import { FilterBar } from "@/features/filter/filter-bar";
import { useFields } from "@/features/record/field";
import { ColumnMenu, GroupMenu, LayoutToggle, SortMenu } from "@/features/record/list-menus";
import { type ListSearch, type ListView, searchOf, viewOf } from "@/features/record/list-search";
import { type RecordKind, type RecordPage, type RecordType, recordKinds } from "@/features/record/record";
import { RecordList } from "@/features/record/record-list";
import { SearchField } from "@/features/record/search-field";
import { recordsQuery, useNewest, useRecords, useSearchedRecords } from "@/features/record/use-records";
import { vistasQuery } from "@/features/vista/vista";
import { VistaTabs } from "@/features/vista/vista-tabs";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.records;

type ListPageProps = {
  type: RecordType;
  search: ListSearch;
  onSearchChange: (search: ListSearch, how?: { replace: boolean }) => void;
  /** Opens the dialog that imports records; types that are not imported have none. */
  onImport?: () => void;
  children?: ReactNode;
};

/** All records of a type, as the URL says: filtered, grouped, sorted, in the columns chosen. */
export function ListPage({ type, search, onSearchChange, onImport, children }: ListPageProps) {
  const kind = recordKinds[type];
  useTitle(kind.words.title);
  const client = useQueryClient();
  const fields = useFields(type);
  const { data: vistas } = useSuspenseQuery(vistasQuery(type));
  const vista = chosenVista(vistas, search);
  const view = viewOf(type, search, vista);
  const [creating, setCreating] = useState(false);
  const searchField = useRef<HTMLInputElement>(null);
  const query = useRecords(type, view, !search.q);
  const found = useSearchedRecords(type, view, search.q ?? "");
  const change = (next: ListView) => onSearchChange(searchOf(type, next, search, vista));
  const newest = useNewest(type, view.filter);
  const [seen, setSeen] = useState<{ filter: string; id: string }>();
  if (newest !== undefined && seen?.filter !== view.filter) setSeen({ filter: view.filter, id: newest });
  const isOther = seen?.filter === view.filter && newest !== undefined && newest !== "" && newest !== seen.id;
  const hasNew = isOther && !isLoaded(query.data?.pages ?? [], newest);
  const refresh = () => {
    setSeen(undefined);
    // Back to the first page: what lies beyond is fetched again on the way down.
    client.setQueryData(recordsQuery(type, view).queryKey, firstPage);
    void query.refetch();
    if (search.q) void found.refetch();
  };
  useHotkeys({
    r: refresh,
    n: () => setCreating(true),
    "/": () => searchField.current?.focus(),
  });
  const menus = { type, fields, view, onChange: change };
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader
        title={kind.words.title}
        aside={<p role="status">{countText(kind, query.data?.pages[0], search.q ? found.data?.length : undefined)}</p>}
        actions={
          <>
            <SearchField
              ref={searchField}
              label={words.search(kind.words.many)}
              text={search.q ?? ""}
              onSearch={(q) => onSearchChange(searched(search, q), { replace: true })}
            />
            <ActionMenu kind={kind} view={view} onImport={onImport} />
            <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
              <Plus aria-hidden />
              {kind.words.create}
            </Button>
          </>
        }
      />
      <VistaTabs
        type={type}
        search={search}
        view={view}
        vista={vista}
        onChoose={(chosen) => onSearchChange({ vista: chosen?.display_id ?? everything })}
        fixed={[
          {
            label: strings.vistas.all(kind.words.many),
            current: !vista,
            onChoose: () => onSearchChange({ vista: everything }),
          },
        ]}
      />
      <div className="flex items-start">
        <div className="min-w-0 flex-1">
          <FilterBar type={type} filter={view.filter} onChange={(filter) => change({ ...view, filter })} />
        </div>
        <div className="flex shrink-0 items-center gap-0.5 self-stretch border-line border-b py-1.5 pr-3 sm:pr-5">
          <GroupMenu {...menus} />
          <LayoutToggle view={view} onChange={change} />
          <SortMenu {...menus} />
          <ColumnMenu {...menus} />
          {hasNew && (
            <Button size="sm" variant="secondary" onClick={refresh}>
              {words.hasNew}
            </Button>
          )}
          <Button variant="ghost" size="icon" onClick={refresh} pending={query.isRefetching} aria-label={words.refresh}>
            {!query.isRefetching && <RotateCw aria-hidden />}
          </Button>
        </div>
      </div>
      <RecordList
        // Another list begins at its top, with nothing chosen.
        key={JSON.stringify([view.filter, view.group, view.sort, search.q])}
        {...{ kind, fields, view, query, found, search, vista, onSearchChange }}
        onCreate={() => setCreating(true)}
        onImport={onImport}
        onChange={change}
      />
      <CreateSheet type={type} open={creating} onOpenChange={setCreating} />
      {children}
    </div>
  );
}

/** Whether the record is on a page already, such as one that was made here. */
function isLoaded(pages: RecordPage[], id: string): boolean {
  return pages.some(({ records, groups }) =>
    [records, ...groups.map((group) => group.records)].some((list) => list.some((record) => record.id === id)),
  );
}

/** Stands in the URL for all records where a view is shown first otherwise. */
const everything = "all";

/** The view that the URL names, or the one to show first when the URL asks for nothing. */
function chosenVista(vistas: Vista[], search: ListSearch): Vista | undefined {
  if (Object.keys(search).length === 0) return vistas.find(({ is_default }) => is_default);
  return vistas.find(({ display_id }) => display_id === search.vista);
}

function searched({ q: _, ...search }: ListSearch, text: string): ListSearch {
  return text ? { ...search, q: text } : search;
}

function firstPage<Page, Param>(data: InfiniteData<Page, Param> | undefined) {
  return data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) };
}

function countText(kind: RecordKind, page: RecordPage | undefined, found: number | undefined): string {
  if (found !== undefined) return words.found(found);
  if (!page || (page.count === 0 && !page.more)) return "";
  return words.count(page.count, page.more, kind.words.one, kind.words.many);
}

type ActionMenuProps = { kind: RecordKind; view: ListView; onImport: (() => void) | undefined };

function ActionMenu({ kind, view, onImport }: ActionMenuProps) {
  const exported = { rev_user: "rev-users", account: "accounts", rev_org: undefined }[kind.type];
  if (!exported && !onImport) return null;
  const query = view.filter ? `?filter=${encodeURIComponent(view.filter)}` : "";
  return (
    <Menu
      trigger={
        <Button size="sm" variant="ghost" aria-label={words.actions}>
          <Ellipsis aria-hidden />
          <span className="max-sm:sr-only">{words.actions}</span>
        </Button>
      }
    >
      {onImport && <MenuItem onSelect={onImport}>{words.uploadCsv}</MenuItem>}
      {exported && (
        <MenuItem asChild>
          <a href={`/internal/${exported}.export-csv${query}`} download>
            {words.exportCsv}
          </a>
        </MenuItem>
      )}
    </Menu>
  );
}
