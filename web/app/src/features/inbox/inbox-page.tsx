import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CloudOff, Inbox, Plus, SearchX } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/client";
import type { Vista } from "@/api/types";
import { PageHeader } from "@/components/page-header";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Spinner } from "@/components/ui/spinner";
import { ConversationSheet } from "@/features/inbox/conversation-sheet";
import { InboxBulkBar } from "@/features/inbox/inbox-bulk-bar";
import { InboxFilters } from "@/features/inbox/inbox-filters";
import { type InboxSearch, isNarrowed } from "@/features/inbox/inbox-search";
import { InboxTabs } from "@/features/inbox/inbox-tabs";
import { chosenVista, everything, type InboxView, inboxView } from "@/features/inbox/inbox-view";
import { type Item, type ItemGroup, type ItemKind, type ItemType, itemKinds } from "@/features/inbox/item";
import { ItemGroups } from "@/features/inbox/item-groups";
import { ItemPane } from "@/features/inbox/item-pane";
import { ItemRail } from "@/features/inbox/item-rail";
import { ItemTable } from "@/features/inbox/item-table";
import { countQuery, itemsOf } from "@/features/inbox/items";
import { TicketSheet } from "@/features/inbox/ticket-sheet";
import { SearchField } from "@/features/record/search-field";
import { useSelection } from "@/features/record/use-selection";
import { useSession } from "@/features/session/use-session";
import { vistasQuery } from "@/features/vista/vista";
import { type Growing, useGrowing } from "@/lib/growing";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useLive } from "@/lib/use-live";
import { useMediaQuery } from "@/lib/use-media-query";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.inbox;

type InboxPageProps = {
  type: ItemType;
  /** What is open beside the list, by its display id. */
  id?: string;
  search: InboxSearch;
};

/** All conversations, or all tickets: the list, and what is open beside it. */
export function InboxPage({ type, id, search }: InboxPageProps) {
  const kind = itemKinds[type];
  const hasRoom = useMediaQuery("(min-width: 64rem)");
  const me = useSession()?.user.display_id ?? "";
  const { data: vistas } = useSuspenseQuery(vistasQuery(type));
  const vista = chosenVista(vistas, search);
  const view = inboxView(kind, search, vista, me);
  const list = useGrowing(itemsOf(kind, view.filter));
  useLive(type, ["items", type]);
  const [creating, setCreating] = useState(false);
  // What is open beside the list has these keys for itself.
  useHotkeys(id === undefined ? { n: () => setCreating(true), r: () => void list.query.refetch() } : {});
  // A view that is shown first is named by what its controls make of the address.
  const named = vista && !search.vista ? { ...search, vista: vista.display_id } : search;
  const shared = { kind, search: named, list, onCreate: () => setCreating(true) };
  const hasDefault = vistas.some(({ is_default }) => is_default);
  return (
    <div className="flex h-full">
      {id === undefined ? (
        <Whole {...shared} view={view} vista={vista} hasDefault={hasDefault} />
      ) : (
        <>
          {hasRoom && <Beside {...shared} id={id} hasDefault={hasDefault} />}
          <div className="min-w-0 flex-1">
            <ItemPane key={id} type={type} id={id} search={named} hasList={hasRoom} />
          </div>
        </>
      )}
      {type === "ticket" ? (
        <TicketSheet open={creating} onOpenChange={setCreating} />
      ) : (
        <ConversationSheet open={creating} onOpenChange={setCreating} />
      )}
    </div>
  );
}

type ListProps = {
  kind: ItemKind;
  search: InboxSearch;
  list: Growing<Item>;
  onCreate: () => void;
};

function useOpen(kind: ItemKind, search: InboxSearch) {
  const navigate = useNavigate();
  return ({ display_id }: Item) => void navigate({ to: `${kind.path}/$id`, params: { id: display_id }, search });
}

function useNearEnd({ loadMore, moreError }: Growing<Item>) {
  const latest = useRef(loadMore);
  useEffect(() => {
    latest.current = moreError ? () => {} : loadMore;
  });
  return useCallback(() => latest.current(), []);
}

/** The list alone: a table, or lines on phones. */
function Whole(props: ListProps & { view: InboxView; vista: Vista | undefined; hasDefault: boolean }) {
  const { kind, search, list, view, vista, hasDefault, onCreate } = props;
  useTitle(kind.words.title);
  const navigate = useNavigate();
  const wide = useMediaQuery("(min-width: 48rem)");
  const count = useQuery({ ...countQuery(kind, view.filter), enabled: !search.q }).data;
  const searchField = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => searchField.current?.focus() });
  const selection = useSelection();
  const onOpen = useOpen(kind, search);
  const onNearEnd = useNearEnd(list);
  const change = (next: InboxSearch) =>
    void navigate({
      to: kind.path,
      search: hasDefault && Object.keys(next).length === 0 ? { vista: everything } : next,
    });
  const searchFor = (q: string) => {
    const { q: _, ...rest } = search;
    void navigate({ to: kind.path, search: q ? { ...rest, q } : rest, replace: true });
  };
  // The group's filter holds what the list was narrowed to before.
  const narrow = ({ filter }: ItemGroup) => {
    const kept = {
      ...(search.sort && { sort: search.sort }),
      ...(search.spam && { spam: search.spam }),
      ...(search.unread && { unread: search.unread }),
    };
    change(
      vista
        ? { ...kept, vista: vista.display_id, filter, group: "none" }
        : { ...kept, ...(hasDefault && { vista: everything }), state: "all", filter },
    );
  };
  const items = list.items ?? [];
  const shared = { kind, items, search, hasMore: list.hasMore, onNearEnd, onOpen, footer: <Footer {...props} /> };
  return (
    <div className="relative flex min-w-0 flex-1 flex-col">
      <PageHeader
        title={kind.words.title}
        aside={
          <p role="status">
            {count && !search.q && strings.records.count(count.count, count.more, kind.words.one, kind.words.many)}
          </p>
        }
        actions={
          <>
            <SearchField
              ref={searchField}
              label={strings.records.search(kind.words.many)}
              text={search.q ?? ""}
              onSearch={(q) => searchFor(q)}
            />
            <Button variant="primary" size="sm" onClick={onCreate}>
              <Plus aria-hidden />
              {kind.words.create}
            </Button>
          </>
        }
      />
      {search.q ? (
        <p className="border-line border-b px-4 py-2.5 text-[0.8125rem] text-ink-2 sm:px-6">
          {words.searchedAll(kind.words.many)}
        </p>
      ) : (
        <>
          <InboxTabs {...{ kind, search, view, vista, hasDefault }} onChange={change} />
          <InboxFilters {...{ kind, search, view, vista }} onChange={change} />
        </>
      )}
      <div className="relative min-h-0 flex-1">
        {view.group ? (
          <ItemGroups key={view.group} {...{ kind, search, view }} onNarrow={narrow} />
        ) : items.length === 0 ? (
          <NothingShown {...props} onClear={() => change({})} />
        ) : wide ? (
          // Another list begins at its top.
          <ItemTable key={JSON.stringify(search)} {...shared} selection={selection} />
        ) : (
          <ItemRail key={JSON.stringify(search)} {...shared} open={undefined} />
        )}
        <InboxBulkBar kind={kind} items={items.filter(selection.has)} onClear={selection.clear} />
      </div>
    </div>
  );
}

/** The list at the left of what is open. */
function Beside(props: ListProps & { id: string; hasDefault: boolean }) {
  const { kind, search, list, id, hasDefault } = props;
  const navigate = useNavigate();
  const onOpen = useOpen(kind, search);
  const onNearEnd = useNearEnd(list);
  const items = list.items ?? [];
  return (
    <aside
      aria-label={kind.words.title}
      className="flex w-72 shrink-0 flex-col border-line border-r bg-surface 2xl:w-80"
    >
      <div className="flex h-14 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4">
        <p className="min-w-0 flex-1 truncate font-semibold text-[0.9375rem]">{kind.words.title}</p>
        {isNarrowed(search) && <span className="truncate text-ink-3 text-xs">{words.filtered}</span>}
      </div>
      <div className="min-h-0 flex-1">
        {items.length === 0 ? (
          <NothingShown
            {...props}
            onClear={() => void navigate({ to: kind.path, search: hasDefault ? { vista: everything } : {} })}
          />
        ) : (
          <ItemRail
            {...{ kind, items, search, onNearEnd, onOpen }}
            open={id}
            hasMore={list.hasMore}
            footer={<Footer {...props} />}
          />
        )}
      </div>
    </aside>
  );
}

function Footer({ kind, list }: ListProps) {
  if (list.moreError) {
    return (
      <div role="alert" className="flex flex-wrap items-center justify-center gap-3 px-4 py-4">
        <span className="text-danger">{messageOf(list.moreError)}</span>
        <Button size="sm" onClick={list.loadMore}>
          {strings.common.loadMore}
        </Button>
      </div>
    );
  }
  return (
    <p className="flex items-center justify-center gap-2 px-4 pt-5 pb-20 text-center text-[0.8125rem] text-ink-3">
      {list.hasMore ? (
        <>
          <Spinner />
          {strings.records.loadingMore}
        </>
      ) : (
        strings.records.endOf(kind.words.many)
      )}
    </p>
  );
}

function NothingShown({ kind, search, list, onCreate, onClear }: ListProps & { onClear: () => void }) {
  const { error, isFetching, refetch, data } = list.query;
  if (error && !data && !isFetching) {
    return (
      <StateMessage role="alert" icon={CloudOff} title={messageOf(error)}>
        <Button onClick={() => refetch()}>{strings.common.tryAgain}</Button>
      </StateMessage>
    );
  }
  if (!data) {
    return (
      <div role="status" aria-label={strings.records.loading(kind.words.many)} className="grid gap-4 p-6">
        {["w-3/5", "w-4/5", "w-2/3", "w-3/4"].map((width) => (
          <Skeleton key={width} className={`h-5 ${width}`} />
        ))}
      </div>
    );
  }
  if (isNarrowed(search)) {
    return (
      <StateMessage icon={SearchX} title={strings.records.noMatch}>
        <Button className="mt-2" onClick={onClear}>
          {words.clearFilters}
        </Button>
      </StateMessage>
    );
  }
  return (
    <StateMessage icon={Inbox} title={kind.words.empty}>
      <p className="max-w-md text-pretty text-ink-2">{kind.words.emptyText}</p>
      <div className="mt-3">
        <Button onClick={onCreate}>{kind.words.create}</Button>
      </div>
    </StateMessage>
  );
}
