/** The state of the contact list that lives in the URL. */

export const sortKeys = ["name", "email", "created", "modified"] as const;
export type SortKey = (typeof sortKeys)[number];
export type SortDirection = "asc" | "desc";

export type ContactSearch = { sort: SortKey; dir: SortDirection };

export const sortLabels: Record<SortKey, string> = {
  name: "Name",
  email: "E-mail",
  created: "Created",
  modified: "Modified",
};

/** The direction people expect first: words from A, dates from the newest. */
export const firstDirection: Record<SortKey, SortDirection> = {
  name: "asc",
  email: "asc",
  created: "desc",
  modified: "desc",
};

export const defaultContactSearch: ContactSearch = { sort: "created", dir: "desc" };

/** Reads the URL's search parameters; what is unknown falls back. */
export function parseContactSearch(search: Record<string, unknown>): ContactSearch {
  const sort = sortKeys.find((key) => key === search.sort) ?? defaultContactSearch.sort;
  const dir = search.dir === "asc" || search.dir === "desc" ? search.dir : firstDirection[sort];
  return { sort, dir };
}

/** What the URL holds for this state: nothing that is the default anyway. */
export function contactSearchParams({ sort, dir }: ContactSearch): { sort?: SortKey; dir?: SortDirection } {
  return {
    ...(sort === defaultContactSearch.sort ? {} : { sort }),
    ...(dir === firstDirection[sort] ? {} : { dir }),
  };
}

/** The state after a press on the heading of that column. */
export function toggleSort(search: ContactSearch, key: SortKey): ContactSearch {
  if (search.sort !== key) return { sort: key, dir: firstDirection[key] };
  return { sort: key, dir: search.dir === "asc" ? "desc" : "asc" };
}

const apiFields: Record<SortKey, string> = {
  name: "display_name",
  email: "email",
  created: "created_date",
  modified: "modified_date",
};

/** The API's `sort_by` for this state. */
export function sortBy({ sort, dir }: ContactSearch): string[] {
  return [`${apiFields[sort]}:${dir}`];
}
