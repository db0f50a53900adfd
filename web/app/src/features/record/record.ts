import { answer, api } from "@/api/client";
import type { Account, RevOrg, RevUser } from "@/api/types";
import { strings } from "@/strings";

/** Which of the customer records: a contact, an account or a workspace. */
export type RecordType = "rev_user" | "account" | "rev_org";

/** What filters and saved views are about: customers, and what the team does for them. */
export type FilterType = RecordType | "conversation" | "ticket";

export function isRecordType(type: FilterType): type is RecordType {
  return type in recordKinds;
}

type Loose<Record_> = Partial<Omit<Record_, "id" | "display_id">>;

/** A record of any type. Fields that were not asked for, or that its type lacks, are absent. */
export type AnyRecord = { id: string; display_id: string } & Loose<RevUser> & Loose<Account> & Loose<RevOrg>;

export type RecordQuery = {
  filter?: string;
  sort_by?: string[];
  group_by?: string;
  columns?: string[];
  cursor?: string;
  group_cursor?: string;
  limit?: number;
  time_zone?: string;
};

export type RecordGroup = {
  value: string;
  label: string;
  count: number;
  more: boolean;
  /** The condition that lists the group. */
  filter: string;
  next_cursor?: string | undefined;
  records: AnyRecord[];
};

export type RecordPage = {
  count: number;
  /** Whether there are more than `count`. */
  more: boolean;
  next_cursor?: string | undefined;
  next_group_cursor?: string | undefined;
  records: AnyRecord[];
  groups: RecordGroup[];
};

/** What the parts of the app that serve all types need to know of one. */
export type RecordKind = {
  type: RecordType;
  /** What schemas call it. */
  leaf: "revu" | "account" | "revo";
  /** What vistas call it. */
  vistas: "rev_users" | "accounts" | "rev_orgs";
  /** What search calls it. */
  namespace: "rev_user" | "account" | "rev_org";
  path: "/contacts" | "/accounts" | "/workspaces";
  words: (typeof strings.records.kinds)["rev_user"];
  query: (body: RecordQuery, signal?: AbortSignal) => Promise<RecordPage>;
  /** The id of the newest one that the filter takes, "" for none. Unlike a query it counts nothing. */
  newest: (filter: string, signal: AbortSignal) => Promise<string>;
  get: (id: string, signal?: AbortSignal) => Promise<AnyRecord>;
  create: (body: Changes) => Promise<AnyRecord>;
  update: (id: string, body: Changes) => Promise<AnyRecord>;
  remove: (id: string) => Promise<unknown>;
  restore: (id: string) => Promise<unknown>;
};

/** What a create or an update sends: the server checks it, field by field. */
export type Changes = Record<string, unknown>;

/** The time zone of the browser, in which days are counted. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const newestOf = (filter: string) => ({ filter, limit: 1, sort_by: ["created_date:desc"], time_zone: timeZone });

// The server is what checks these bodies; their fields depend on the org's own schema.
const body = <Body>(changes: Changes) => changes as Body;

export const recordKinds: Record<RecordType, RecordKind> = {
  rev_user: {
    type: "rev_user",
    leaf: "revu",
    vistas: "rev_users",
    namespace: "rev_user",
    path: "/contacts",
    words: strings.records.kinds.rev_user,
    query: async (query, signal) => {
      const out = await answer(api.POST("/rev-users.query", { body: query, ...abort(signal) }));
      const groups = (out.groups ?? []).map(({ rev_users, ...group }) => ({ ...group, records: rev_users }));
      return { ...out, records: out.rev_users, groups };
    },
    newest: async (filter, signal) =>
      (await answer(api.POST("/rev-users.list", { body: newestOf(filter), signal }))).rev_users[0]?.id ?? "",
    get: async (id, signal) => (await answer(api.POST("/rev-users.get", { body: { id }, ...abort(signal) }))).rev_user,
    create: async (changes) => (await answer(api.POST("/rev-users.create", { body: body(changes) }))).rev_user,
    update: async (id, changes) =>
      (await answer(api.POST("/rev-users.update", { body: body({ id, ...changes }) }))).rev_user,
    remove: (id) => answer(api.POST("/rev-users.delete", { body: { id } })),
    restore: (id) => answer(api.POST("/rev-users.restore", { body: { id } })),
  },
  account: {
    type: "account",
    leaf: "account",
    vistas: "accounts",
    namespace: "account",
    path: "/accounts",
    words: strings.records.kinds.account,
    query: async (query, signal) => {
      const out = await answer(api.POST("/accounts.query", { body: query, ...abort(signal) }));
      const groups = (out.groups ?? []).map(({ accounts, ...group }) => ({ ...group, records: accounts }));
      return { ...out, records: out.accounts, groups };
    },
    newest: async (filter, signal) =>
      (await answer(api.POST("/accounts.list", { body: newestOf(filter), signal }))).accounts[0]?.id ?? "",
    get: async (id, signal) => (await answer(api.POST("/accounts.get", { body: { id }, ...abort(signal) }))).account,
    create: async (changes) => (await answer(api.POST("/accounts.create", { body: body(changes) }))).account,
    update: async (id, changes) =>
      (await answer(api.POST("/accounts.update", { body: body({ id, ...changes }) }))).account,
    remove: (id) => answer(api.POST("/accounts.delete", { body: { id } })),
    restore: (id) => answer(api.POST("/accounts.restore", { body: { id } })),
  },
  rev_org: {
    type: "rev_org",
    leaf: "revo",
    vistas: "rev_orgs",
    namespace: "rev_org",
    path: "/workspaces",
    words: strings.records.kinds.rev_org,
    query: async (query, signal) => {
      const out = await answer(api.POST("/rev-orgs.query", { body: query, ...abort(signal) }));
      const groups = (out.groups ?? []).map(({ rev_orgs, ...group }) => ({ ...group, records: rev_orgs }));
      return { ...out, records: out.rev_orgs, groups };
    },
    newest: async (filter, signal) =>
      (await answer(api.POST("/rev-orgs.list", { body: newestOf(filter), signal }))).rev_orgs[0]?.id ?? "",
    get: async (id, signal) => (await answer(api.POST("/rev-orgs.get", { body: { id }, ...abort(signal) }))).rev_org,
    create: async (changes) => (await answer(api.POST("/rev-orgs.create", { body: body(changes) }))).rev_org,
    update: async (id, changes) =>
      (await answer(api.POST("/rev-orgs.update", { body: body({ id, ...changes }) }))).rev_org,
    remove: (id) => answer(api.POST("/rev-orgs.delete", { body: { id } })),
    restore: (id) => answer(api.POST("/rev-orgs.restore", { body: { id } })),
  },
};

function abort(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

/** The reference that somebody gave the record. The API shows an id of its own when nobody did. */
export function externalRefs(record: AnyRecord): string[] {
  const given = record.external_refs ?? (record.external_ref ? [record.external_ref] : []);
  return given.filter((ref) => ref !== record.display_id && !ref.startsWith("don:identity:"));
}

/** What tells records of one name apart in a line of text. */
export function detailOf(record: AnyRecord): string {
  return (
    record.email ??
    record.phone_numbers?.[0] ??
    record.domains?.[0] ??
    record.account?.display_name ??
    externalRefs(record)[0] ??
    record.display_id
  );
}
