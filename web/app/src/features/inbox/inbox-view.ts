import type { Vista } from "@/api/types";
import { filterOf, type InboxSearch, type Order, statesOf } from "@/features/inbox/inbox-search";
import type { ItemFilter, ItemKind, ItemType } from "@/features/inbox/item";
import type { ListView } from "@/features/record/list-search";

/** Stands in the URL for all open ones where a view is shown first otherwise. */
export const everything = "all";

/** The saved view that the URL names, or the one to show first when the URL asks for nothing. */
export function chosenVista(vistas: Vista[], search: InboxSearch): Vista | undefined {
  if (Object.keys(search).length === 0) return vistas.find(({ is_default }) => is_default);
  return vistas.find(({ display_id }) => display_id === search.vista);
}

/** What an inbox shows, with the saved view taken in. */
export type InboxView = {
  filter: ItemFilter;
  /** The same as text, for groups and for saving. */
  text: string;
  group: string;
  sort: string;
};

const sortOf: Record<Order, (kind: ItemKind) => string> = {
  active: ({ sort }) => sort,
  oldest: ({ sort }) => sort.replace(":desc", ":asc"),
  created: () => "created_date:desc",
};

/** Which of the orders a sort of the API's is. */
export function orderOf(kind: ItemKind, sort: string): Order | undefined {
  return (Object.keys(sortOf) as Order[]).find((order) => sortOf[order](kind) === sort);
}

/** A saved view's filter takes the place of the controls; changes of it are in the URL. */
export function inboxView(kind: ItemKind, search: InboxSearch, vista: Vista | undefined, me: string): InboxView {
  const kept = vista?.custom_view;
  const group = search.group === "none" ? "" : (search.group ?? kept?.group_by ?? "");
  const sort = search.sort ? sortOf[search.sort](kind) : (kept?.sort_by?.[0] ?? kind.sort);
  if (search.q) return { filter: { q: search.q }, text: "", group: "", sort };
  const order = sort === kind.sort ? {} : { sort: [sort] };
  if (vista) {
    const text = search.filter ?? vista.filter;
    return { filter: { ...(text && { text }), ...order }, text, group, sort };
  }
  return { filter: { ...filterOf(search, me), ...order }, text: textOf(search, kind.type), group, sort };
}

/** What the controls and the conditions of a list ask for, as one filter. */
export function textOf(
  { state, stage, owner, tag, account, spam, snoozed, filter }: InboxSearch,
  type: ItemType,
): string {
  const putOff = type === "conversation" && (snoozed || (!state && !stage));
  const states = stage ? undefined : statesOf[state ?? "active"];
  const several = filter && /\bor\b/i.test(filter);
  return [
    ...(states ? [states.length === 1 ? `state = ${states[0]}` : `state in (${states.join(", ")})`] : []),
    ...(stage ? [`stage = ${stage}`] : []),
    ...(owner ? [owner === "none" ? "has_owner = false" : `owner = ${owner}`] : []),
    ...(tag ? [`tag = ${tag}`] : []),
    ...(account ? [`account = ${account}`] : []),
    `spam = ${spam ?? false}`,
    ...(putOff ? [`snoozed = ${snoozed ?? false}`] : []),
    ...(filter ? [several ? `(${filter})` : filter] : []),
  ].join(" and ");
}

/** What a view is saved as. */
export function savedView({ text, group, sort }: InboxView): ListView {
  const [field = "", dir] = sort.split(":");
  return {
    filter: text,
    group,
    sort: [{ field, dir: dir === "asc" ? "asc" : "desc" }],
    columns: [],
    layout: "list",
  };
}
