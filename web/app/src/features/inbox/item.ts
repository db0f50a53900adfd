import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { TagWithValue, UserSummary } from "@/api/types";
import { timeZone } from "@/features/record/record";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Conversation = Schemas["Conversation"];
export type Work = Schemas["Work"];
export type Part = Schemas["PartSummary"];
export type Severity = NonNullable<Work["severity"]>;

/** What a team works off: what customers said, and what they reported. */
export type ItemType = "conversation" | "ticket";

export type State = "open" | "in_progress" | "closed";

/** A place as records name it: an account or a workspace. */
export type Place = { id: string; display_id?: string; display_name?: string };

/** A conversation or a ticket, in what the two have in common and a little more. */
export type Item = {
  type: ItemType;
  id: string;
  display_id: string;
  /** What it is about, "" where nobody said so. */
  title: string;
  /** A ticket's text, a conversation's description. */
  body: string;
  /** The contacts and members whom it is about. */
  people: UserSummary[];
  account: Place | undefined;
  workspace: Place | undefined;
  owners: UserSummary[];
  stage: string;
  state: State;
  tags: TagWithValue[];
  channel: string | undefined;
  isSpam: boolean;
  /** Until when it is put off. */
  snoozedUntil: string | undefined;
  /** How many messages of customers the member has not read, of conversations that are still open. */
  unread: number;
  /** Whether the member is told nothing of it. */
  isMuted: boolean;
  /** When the last message came; of a ticket, when it was changed last. */
  active: string;
  created: string;
  author: UserSummary | undefined;
  /** Where a search found it: a part of what it says, as HTML. */
  found?: string;
  /** The products that it is about; a ticket is about one. */
  parts: Part[];
  /** The values of the org's own fields. */
  custom: Record<string, unknown>;
  ticket: { severity: Severity | undefined } | undefined;
};

/** What a list of items is about. */
export type ItemFilter = {
  states?: State[];
  stage?: string;
  /** A member's id, or whether there is anybody. */
  owner?: string | boolean;
  tag?: string;
  account?: string;
  workspace?: string;
  contact?: string;
  spam?: boolean;
  /** What they shall meet besides, as a filter's text. */
  text?: string;
  /** Their order, where it is not the usual one. */
  sort?: string[];
  /** Words that they are found by: then nothing else counts. */
  q?: string;
  /** Whether it is put off; of conversations alone. */
  snoozed?: boolean;
  unread?: boolean;
};

export type ItemPage = { items: Item[]; next: string | undefined };

/** The items that have one value of a field, with the first of them. */
export type ItemGroup = { value: string; label: string; count: number; more: boolean; filter: string; items: Item[] };

export type ItemGroups = { groups: ItemGroup[]; next: string | undefined };

export type GroupQuery = { filter: string; group_by: string; sort_by: string[]; limit: number; cursor: string };

/** What a create or an update sends: the server checks it, field by field. */
export type ItemChanges = {
  title?: string | null;
  body?: string | null;
  severity?: Severity | null;
  applies_to_part?: string;
  /** Of conversations alone. */
  applies_to_parts?: { set: string[] };
  custom_fields?: Record<string, unknown>;
  custom_schema_spec?: { tenant_fragment: boolean };
  account?: string | null;
  owned_by?: { set: string[] };
  reported_by?: { set: string[] };
  members?: { set: string[] };
  tags?: { set: { id: string; value?: string }[] };
  stage?: { name: string };
  is_spam?: boolean;
  /** Of conversations alone. */
  snoozed_until?: string | null;
};

/** What the parts of the app that serve both types need to know of one. */
export type ItemKind = {
  type: ItemType;
  path: "/conversations" | "/tickets";
  words: (typeof strings.inbox.kinds)["conversation"];
  /** In their order. */
  stages: string[];
  list: (filter: ItemFilter, cursor: string, signal?: AbortSignal) => Promise<ItemPage>;
  /** The order that lists have as long as nobody chose another. */
  sort: string;
  groups: (query: GroupQuery, signal: AbortSignal) => Promise<ItemGroups>;
  count: (filter: ItemFilter, signal: AbortSignal) => Promise<{ count: number; more: boolean }>;
  get: (id: string, signal?: AbortSignal) => Promise<Item>;
  update: (id: string, changes: ItemChanges) => Promise<Item>;
  remove: (id: string) => Promise<unknown>;
  restore: (id: string) => Promise<unknown>;
  /** Makes it another contact's. */
  move: (id: string, contact: string) => Promise<Item>;
};

const pageSize = 50;

/** How many groups are asked for at a time. */
const groupsShown = 25;

const groupPage = (cursor: string) => ({
  time_zone: timeZone,
  group_limit: groupsShown,
  ...(cursor && { group_cursor: cursor }),
});

const abort = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

/** The fields without those that are absent, which the server takes for given otherwise. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };
}

/** What both types filter by under the same names. */
function shared({ states, stage, owner, tag, account, text }: ItemFilter) {
  return {
    ...(text && { filter: text, time_zone: timeZone }),
    ...(states && { state: states }),
    ...(stage && { stage: { name: [stage] } }),
    ...(typeof owner === "boolean" && { has_owner: owner }),
    ...(typeof owner === "string" && { owned_by: [owner] }),
    ...(tag && { tags: [tag] }),
    ...(account && { account: [account] }),
  };
}

function conversationFilter(filter: ItemFilter) {
  const { workspace, contact, spam, snoozed, unread } = filter;
  return {
    ...shared(filter),
    ...(unread && { is_unread: true }),
    ...(workspace && { rev_orgs: [workspace] }),
    ...(contact && { members: [contact] }),
    ...(spam !== undefined && { is_spam: spam }),
    ...(snoozed !== undefined && { is_snoozed: snoozed }),
  };
}

function ticketFilter(filter: ItemFilter) {
  const { workspace, contact, spam } = filter;
  return {
    type: ["ticket" as const],
    ...shared(filter),
    ...(workspace && { rev_org: [workspace] }),
    ...(contact && { contact: [contact] }),
    ...(spam !== undefined && { ticket: { is_spam: spam } }),
  };
}

/** What a search finds, the best first. */
async function searched(type: ItemType, query: string, cursor: string, signal?: AbortSignal): Promise<ItemPage> {
  const body = { query, namespaces: [type], limit: pageSize, ...(cursor && { cursor }) };
  const { results, next_cursor } = await answer(api.POST("/search.core", { body, ...abort(signal) }));
  const items = results.flatMap(({ conversation, work, snippet = "" }): Item[] => {
    if (conversation) return [{ ...fromConversation(conversation), found: snippet }];
    return work ? [{ ...fromTicket(work), found: snippet }] : [];
  });
  return { items, next: next_cursor };
}

export const itemKinds: Record<ItemType, ItemKind> = {
  conversation: {
    type: "conversation",
    path: "/conversations",
    words: strings.inbox.kinds.conversation,
    stages: ["new", "needs_response", "waiting_on_user", "hold", "suspended", "resolved", "archived"],
    list: async (filter, cursor, signal) => {
      if (filter.q) return searched("conversation", filter.q, cursor, signal);
      const page = { sort_by: filter.sort ?? ["last_message_date:desc"], limit: pageSize, ...(cursor && { cursor }) };
      const body = { ...conversationFilter(filter), ...page };
      const out = await answer(api.POST("/conversations.list", { body, ...abort(signal) }));
      return { items: out.conversations.map(fromConversation), next: out.next_cursor };
    },
    sort: "last_message_date:desc",
    groups: async ({ cursor, ...query }, signal) => {
      const body = { ...query, ...groupPage(cursor) };
      const out = await answer(api.POST("/conversations.query", { body, signal }));
      const groups = (out.groups ?? []).map(({ conversations, ...group }) => ({
        ...group,
        items: conversations.map((one) => fromConversation(one as Conversation)),
      }));
      return { groups, next: out.next_group_cursor };
    },
    count: (filter, signal) => answer(api.POST("/conversations.count", { body: conversationFilter(filter), signal })),
    get: async (id, signal) =>
      fromConversation((await answer(api.POST("/conversations.get", { body: { id }, ...abort(signal) }))).conversation),
    update: async (id, { body: description, severity: _, applies_to_part: __, reported_by: ___, ...changes }) => {
      const body = { id, ...given({ description }), ...changes };
      return fromConversation((await answer(api.POST("/conversations.update", { body }))).conversation);
    },
    remove: (id) => answer(api.POST("/conversations.delete", { body: { id } })),
    restore: (id) => answer(api.POST("/conversations.restore", { body: { id } })),
    move: async (id, rev_user) =>
      fromConversation((await answer(api.POST("/conversations.move", { body: { id, rev_user } }))).conversation),
  },
  ticket: {
    type: "ticket",
    path: "/tickets",
    words: strings.inbox.kinds.ticket,
    stages: [
      "queued",
      "work_in_progress",
      "awaiting_customer_response",
      "awaiting_product_assist",
      "awaiting_development",
      "in_development",
      "resolved",
      "canceled",
      "accepted",
    ],
    list: async (filter, cursor, signal) => {
      if (filter.q) return searched("ticket", filter.q, cursor, signal);
      const page = { sort_by: filter.sort ?? ["modified_date:desc"], limit: pageSize, ...(cursor && { cursor }) };
      const out = await answer(
        api.POST("/works.list", { body: { ...ticketFilter(filter), ...page }, ...abort(signal) }),
      );
      return { items: out.works.map(fromTicket), next: out.next_cursor };
    },
    sort: "modified_date:desc",
    groups: async ({ cursor, ...query }, signal) => {
      const body = { ...query, ...groupPage(cursor) };
      const out = await answer(api.POST("/works.query", { body, signal }));
      const groups = (out.groups ?? []).map(({ works, ...group }) => ({
        ...group,
        items: works.map((one) => fromTicket(one as Work)),
      }));
      return { groups, next: out.next_group_cursor };
    },
    count: (filter, signal) => answer(api.POST("/works.count", { body: ticketFilter(filter), signal })),
    get: async (id, signal) =>
      fromTicket((await answer(api.POST("/works.get", { body: { id }, ...abort(signal) }))).work),
    update: async (id, { members: _, snoozed_until: __, applies_to_parts: ___, ...changes }) =>
      fromTicket((await answer(api.POST("/works.update", { body: { id, type: "ticket", ...changes } }))).work),
    remove: (id) => answer(api.POST("/works.delete", { body: { id } })),
    restore: (id) => answer(api.POST("/works.restore", { body: { id } })),
    move: async (id, rev_user) => fromTicket((await answer(api.POST("/works.move", { body: { id, rev_user } }))).work),
  },
};

export const itemTypes = ["conversation", "ticket"] as const;

export function fromConversation(conversation: Conversation): Item {
  const { id, display_id, title = "", description: body = "", created_date, owned_by, stage } = conversation;
  return {
    type: "conversation",
    ...{ id, display_id, title, body },
    people: conversation.members,
    account: conversation.account,
    workspace: conversation.rev_org,
    owners: owned_by,
    stage: stage.name,
    state: stage.state.name,
    tags: conversation.tags ?? [],
    channel: conversation.source_channel,
    isSpam: conversation.is_spam,
    snoozedUntil: conversation.snoozed_until,
    unread: conversation.unread_count ?? 0,
    isMuted: conversation.is_muted ?? false,
    active: conversation.last_external_message_date ?? created_date,
    created: created_date,
    author: conversation.created_by,
    parts: conversation.applies_to_parts ?? [],
    custom: conversation.custom_fields ?? {},
    ticket: undefined,
  };
}

export function fromTicket(work: Work): Item {
  const { id, display_id, title, body = "", created_date, owned_by, stage } = work;
  return {
    type: "ticket",
    ...{ id, display_id, title, body },
    people: work.reported_by ?? [],
    account: work.account,
    workspace: work.rev_org,
    owners: owned_by,
    stage: stage.name,
    state: work.state,
    tags: work.tags ?? [],
    channel: work.source_channel,
    isSpam: work.is_spam ?? false,
    snoozedUntil: undefined,
    unread: 0,
    isMuted: false,
    active: work.modified_date,
    created: created_date,
    author: work.created_by,
    parts: work.applies_to_part ? [work.applies_to_part] : [],
    custom: work.custom_fields ?? {},
    ticket: { severity: work.severity },
  };
}

/** The contacts among those whom it is about, the first of whom is the customer. */
export function customersOf({ people }: Item): UserSummary[] {
  return people.filter(({ type }) => type === "rev_user");
}

/** What an item is called: its title, or whom it is with. */
export function titleOf(item: Item): string {
  if (item.title) return item.title;
  const [customer] = customersOf(item);
  return customer
    ? itemKinds[item.type].words.with(customer.display_name ?? customer.display_id ?? "")
    : item.display_id;
}

/** A stage in words. */
export function stageText(stage: string): string {
  const names: Record<string, string> = strings.inbox.stages;
  return names[stage] ?? stage.replaceAll("_", " ");
}

/** Where messages came from, in words. */
export function channelText(channel: string): string {
  const names: Record<string, string> = strings.inbox.channels;
  return names[channel] ?? channel;
}
