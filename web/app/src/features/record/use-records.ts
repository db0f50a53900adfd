import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { type ListView, sortBy } from "@/features/record/list-search";
import { type AnyRecord, type RecordPage, type RecordType, recordKinds, timeZone } from "@/features/record/record";

export const pageSize = 100;
const groupsPerPage = 25;
const firstOfGroup = 10;

/** What every query of a list has in common. */
function asked(type: RecordType, view: ListView, filter: string) {
  return {
    ...(filter ? { filter } : {}),
    sort_by: sortBy(view),
    columns: askedColumns(type, view),
    time_zone: timeZone,
  };
}

/** The name, and the badge and the detail beside it, are shown whatever columns are chosen. */
function askedColumns(type: RecordType, view: ListView): string[] {
  const always = type === "rev_user" ? ["display_name", "display_picture", "is_verified", "email"] : ["display_name"];
  const names = view.columns.map(({ name }) => name).filter((name) => name !== "display_id");
  return [...new Set([...always, ...names])];
}

/**
 * The records of a list in its order, page by page, or its groups with their first records. Loaded pages stay as
 * they are until the reader refreshes: fetching all of them again behind the reader's back would cost more the
 * further one has scrolled.
 */
export function recordsQuery(type: RecordType, view: ListView) {
  const kind = recordKinds[type];
  const query = asked(type, view, view.filter);
  return infiniteQueryOptions({
    queryKey: ["records", type, query, view.group],
    queryFn: ({ pageParam, signal }): Promise<RecordPage> => {
      if (!view.group) return kind.query({ ...query, limit: pageSize, ...cursorOf(pageParam) }, signal);
      const groups = { group_by: view.group, group_limit: groupsPerPage, limit: firstOfGroup };
      return kind.query({ ...query, ...groups, ...(pageParam ? { group_cursor: pageParam } : {}) }, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => (view.group ? page.next_group_cursor : page.next_cursor) || undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
}

const cursorOf = (cursor: string) => (cursor ? { cursor } : {});

export function useRecords(type: RecordType, view: ListView, enabled: boolean) {
  return useInfiniteQuery({ ...recordsQuery(type, view), enabled });
}

export type RecordsResult = ReturnType<typeof useRecords>;

/** More of one group, from where its first records end. The group's own filter has the list's in it. */
export function groupRecords(type: RecordType, view: ListView, filter: string, cursor: string): Promise<RecordPage> {
  return recordKinds[type].query({ ...asked(type, view, filter), limit: firstOfGroup, cursor });
}

const newestMillis = 15_000;

/**
 * The newest record that the filter takes, looked at again and again while the page is in sight: another one than
 * before tells that the list has grown.
 */
export function useNewest(type: RecordType, filter: string) {
  return useQuery({
    queryKey: ["newest", type, filter],
    queryFn: ({ signal }) => recordKinds[type].newest(filter, signal),
    refetchInterval: newestMillis,
    retry: false,
  }).data;
}

const searchLimit = 50;

/** The records that a search finds, the best first, among those that the filter takes. */
export function useSearchedRecords(type: RecordType, view: ListView, text: string) {
  return useQuery({
    queryKey: ["records", type, "search", text, asked(type, view, view.filter)],
    queryFn: async ({ signal }): Promise<AnyRecord[]> => {
      const ids = await searchIds(type, text, signal);
      if (ids.length === 0) return [];
      const among = `id in (${ids.join(", ")})`;
      const filter = view.filter ? `(${view.filter}) and ${among}` : among;
      const { records } = await recordKinds[type].query({ ...asked(type, view, filter), limit: searchLimit }, signal);
      return records.toSorted((a, b) => ids.indexOf(a.display_id) - ids.indexOf(b.display_id));
    },
    enabled: text !== "",
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
}

/** The display ids of what a search finds. */
export async function searchIds(type: RecordType, text: string, signal?: AbortSignal): Promise<string[]> {
  const found = await searchRecords(type, text, searchLimit, signal);
  return found.map(({ display_id }) => display_id);
}

export type Found = {
  type: RecordType;
  id: string;
  display_id: string;
  display_name: string;
  detail: string | undefined;
};

/** What a search finds among records of a type, the best first. */
export async function searchRecords(
  type: RecordType,
  text: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Found[]> {
  const body = { query: text, namespaces: [recordKinds[type].namespace], limit };
  const { results } = await answer(api.POST("/search.core", { body, ...(signal ? { signal } : {}) }));
  return results.flatMap(({ user, account, org }): Found[] => {
    const record = user ?? account ?? org;
    if (!record) return [];
    const { id, display_id = "", display_name = "" } = record;
    return [{ type, id, display_id, display_name, detail: user?.email ?? display_id }];
  });
}
