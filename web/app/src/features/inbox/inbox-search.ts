import type { ItemFilter, State } from "@/features/inbox/item";

/** Which states a list shows, by one word. */
export const shownStates = ["active", "closed", "all"] as const;
export type Shown = (typeof shownStates)[number];

/** The state of an inbox in the URL: what is as usual is absent, so that a link says only what was chosen. */
export type InboxSearch = {
  state?: Exclude<Shown, "active">;
  stage?: string;
  /** "me", "none", or a member's display id. */
  owner?: string;
  tag?: string;
  account?: string;
  spam?: true;
  /** A saved view's display id, or "all" where one is shown first otherwise. */
  vista?: string;
  /** What they shall meet besides, or in the place of the view's own filter, as text. */
  filter?: string;
  /** What the list is grouped by, "none" where the view groups by something. */
  group?: string;
  /** "active" where the view has another one. */
  sort?: Order;
  /** What is being searched for. */
  q?: string;
  /** Those that are put off, which are not shown otherwise. */
  snoozed?: true;
  unread?: true;
};

/** In which orders lists come. */
export const orders = ["active", "oldest", "created"] as const;
export type Order = (typeof orders)[number];

const longestFilter = 8000;

const ids = { owner: /^(me|none|DEVU-\d+)$/, tag: /^TAG-\d+$/, account: /^ACC-\d+$/ };

/** Reads the URL's search parameters; what is unknown is left out. */
export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const out: InboxSearch = {};
  if (search.state === "closed" || search.state === "all") out.state = search.state;
  if (typeof search.stage === "string" && /^[a-z_]+$/.test(search.stage)) out.stage = search.stage;
  for (const name of ["owner", "tag", "account"] as const) {
    const value = search[name];
    if (typeof value === "string" && ids[name].test(value)) out[name] = value;
  }
  if (search.spam === true) out.spam = true;
  if (typeof search.vista === "string" && /^(VISTA-\d+|all)$/.test(search.vista)) out.vista = search.vista;
  if (typeof search.filter === "string" && search.filter.length <= longestFilter) out.filter = search.filter;
  if (typeof search.group === "string" && /^[\w.]+(:\w+)?$/.test(search.group)) out.group = search.group;
  // The router reads "7" as a number.
  if (["string", "number"].includes(typeof search.q) && search.q !== "") out.q = String(search.q);
  const sort = orders.find((order) => order === search.sort);
  if (sort && (sort !== "active" || out.vista)) out.sort = sort;
  if (search.snoozed === true) out.snoozed = true;
  if (search.unread === true) out.unread = true;
  return out;
}

export const statesOf: Record<Shown, State[] | undefined> = {
  active: ["open", "in_progress"],
  closed: ["closed"],
  all: undefined,
};

/**
 * What the server is asked for. A stage says more than a state, so it stands alone. What is put off is out of
 * the way until it comes back.
 */
export function filterOf(
  { state, stage, owner, tag, account, spam, snoozed, unread, filter: text }: InboxSearch,
  me: string,
): ItemFilter {
  const states = stage ? undefined : statesOf[state ?? "active"];
  const filter: ItemFilter = { spam: spam ?? false };
  if (unread) filter.unread = true;
  if (states) filter.states = states;
  if (snoozed || (!state && !stage)) filter.snoozed = snoozed ?? false;
  if (stage) filter.stage = stage;
  if (owner) filter.owner = owner === "none" ? false : owner === "me" ? me : owner;
  if (tag) filter.tag = tag;
  if (account) filter.account = account;
  if (text) filter.text = text;
  return filter;
}

/** Whether anything was chosen beyond what a list shows at first. */
export function isNarrowed({ group: _, sort: __, vista, ...search }: InboxSearch): boolean {
  return Object.keys(search).length > 0 || (vista !== undefined && vista !== "all");
}
