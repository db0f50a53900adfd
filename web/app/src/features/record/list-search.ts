import type { Vista } from "@/api/types";
import type { RecordType } from "@/features/record/record";

/** The state of a list of records, as the URL holds it. What is absent is the vista's, or the default. */
export type ListSearch = {
  /** The chosen vista's display id. */
  vista?: string;
  /** A filter's text. */
  filter?: string;
  group?: string;
  /** "tnt__plan:asc,display_name:desc" */
  sort?: string;
  /** "display_name:240,email": names of fields, some with their width in pixels. */
  columns?: string;
  layout?: "list" | "board";
  /** What is being searched for. */
  q?: string;
  /** The display id of the record that is open beside the list. */
  peek?: string;
};

const keys = ["vista", "filter", "group", "sort", "columns", "q", "peek"] as const;

/** Reads the URL's search parameters; what is unknown is left out. */
export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const out: ListSearch = {};
  for (const key of keys) {
    const value = search[key];
    // The router reads "7" as a number.
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") out[key] = String(value);
  }
  if (search.layout === "board" || search.layout === "list") out.layout = search.layout;
  return out;
}

export type SortKey = { field: string; dir: "asc" | "desc" };
export type Column = { name: string /** Pixels; the column's own width when absent. */; width?: number | undefined };

/** What a list shows, with the vista and the defaults taken in. */
export type ListView = {
  filter: string;
  group: string;
  sort: SortKey[];
  columns: Column[];
  layout: "list" | "board";
};

const firstColumns: Record<RecordType, string[]> = {
  rev_user: ["display_name", "email", "phone_numbers", "external_ref", "account", "tags", "owned_by", "created_date"],
  account: ["display_name", "domains", "tier", "external_refs", "tags", "owned_by", "created_date"],
  rev_org: ["display_name", "account", "environment", "tier", "tags", "owned_by", "created_date"],
};

/** What a list shows when neither the URL nor a vista says otherwise. */
export function defaultView(type: RecordType): ListView {
  const columns = firstColumns[type].map((name) => ({ name }));
  return { filter: "", group: "", sort: [{ field: "created_date", dir: "desc" }], columns, layout: "list" };
}

/** What a vista keeps, over the defaults. */
export function vistaView(type: RecordType, vista: Vista | undefined): ListView {
  const base = defaultView(type);
  if (!vista) return base;
  const { column_properties, sort_by, group_by, layout } = vista.custom_view;
  return {
    filter: vista.filter,
    group: group_by ?? "",
    sort: sort_by?.length ? sort_by.map(parseSortKey) : base.sort,
    columns: column_properties?.length
      ? column_properties.map(({ name, width }) => ({ name: aliases[name] ?? name, width: pixels(width) }))
      : base.columns,
    layout: layout === "board" ? "board" : "list",
  };
}

/** The names that filters have for what answers call otherwise. */
const aliases: Record<string, string> = {
  name: "display_name",
  phone: "phone_numbers",
  ref: "external_ref",
  tag: "tags",
  owner: "owned_by",
  created: "created_date",
  modified: "modified_date",
  verified: "is_verified",
};

/** What the list shows for this state of the URL. */
export function viewOf(type: RecordType, search: ListSearch, vista: Vista | undefined): ListView {
  const base = vistaView(type, vista);
  return {
    filter: search.filter ?? base.filter,
    group: search.group ?? base.group,
    sort: search.sort === undefined ? base.sort : splitList(search.sort).map(parseSortKey),
    columns: search.columns === undefined ? base.columns : splitList(search.columns).map(parseColumn),
    layout: search.layout ?? base.layout,
  };
}

/** The URL's state for a view: only what differs from the vista or the defaults. */
export function searchOf(type: RecordType, view: ListView, search: ListSearch, vista: Vista | undefined): ListSearch {
  const base = vistaView(type, vista);
  const out: ListSearch = {};
  if (search.vista) out.vista = search.vista;
  if (search.q) out.q = search.q;
  if (search.peek) out.peek = search.peek;
  if (view.filter !== base.filter) out.filter = view.filter;
  if (view.group !== base.group) out.group = view.group;
  if (sortText(view.sort) !== sortText(base.sort)) out.sort = sortText(view.sort);
  if (columnsText(view.columns) !== columnsText(base.columns)) out.columns = columnsText(view.columns);
  if (view.layout !== base.layout) out.layout = view.layout;
  return out;
}

/** Whether the URL asks for something else than the vista keeps. */
export function isChanged({ filter, group, sort, columns, layout }: ListSearch): boolean {
  return [filter, group, sort, columns, layout].some((part) => part !== undefined);
}

/** The API's `sort_by`. */
export function sortBy(view: ListView): string[] {
  return view.sort.map(({ field, dir }) => `${field}:${dir}`);
}

/** The order after a press on a heading: first that one way, then the other. */
export function toggleSort(sort: SortKey[], field: string, first: "asc" | "desc"): SortKey[] {
  const [only] = sort;
  if (sort.length !== 1 || only?.field !== field) return [{ field, dir: first }];
  return [{ field, dir: only.dir === "asc" ? "desc" : "asc" }];
}

function parseSortKey(text: string): SortKey {
  const [field = "", dir] = text.split(":");
  return { field, dir: dir === "desc" ? "desc" : "asc" };
}

function parseColumn(text: string): Column {
  const at = text.lastIndexOf(":");
  return at < 0 ? { name: text } : { name: text.slice(0, at), width: pixels(text.slice(at + 1)) };
}

function pixels(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? "", 10);
  return value >= 40 && value <= 1200 ? value : undefined;
}

function splitList(text: string): string[] {
  return text.split(",").filter((part) => part !== "");
}

const sortText = (sort: SortKey[]) => sort.map(({ field, dir }) => `${field}:${dir}`).join(",");

const columnsText = (columns: Column[]) =>
  columns.map(({ name, width }) => (width ? `${name}:${Math.round(width)}` : name)).join(",");
