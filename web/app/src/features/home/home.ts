import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { recordKinds, timeZone } from "@/features/record/record";

const months = 12;
const openPairs = 100;

/** How many contacts there are, and how many of them are verified. Counts end at 10,000 and say so. */
export const shareQuery = queryOptions({
  queryKey: ["home", "share"],
  queryFn: async ({ signal }) => {
    const [all, verified] = await Promise.all([
      answer(api.POST("/rev-users.count", { body: {}, signal })),
      answer(api.POST("/rev-users.count", { body: { filter: "verified = true" }, signal })),
    ]);
    return { all, verified };
  },
});

export type Month = { start: string; verified: number; others: number; more: boolean };

/** New contacts of the last twelve months, with and without proof. */
export const monthsQuery = queryOptions({
  queryKey: ["home", "months"],
  queryFn: async ({ signal }): Promise<Month[]> => {
    const base = {
      group_by: "created_date:month",
      group_limit: months,
      limit: 1,
      columns: ["display_name"],
      time_zone: timeZone,
    };
    const query = (verified: boolean) =>
      recordKinds.rev_user.query({ ...base, filter: `verified = ${verified} and created > -1y` }, signal);
    const [verified, others] = await Promise.all([query(true), query(false)]);
    const starts = lastMonths(new Date());
    const counted = (groups: typeof verified.groups, start: string) => groups.find(({ value }) => value === start);
    return starts.map((start) => {
      const [one, other] = [counted(verified.groups, start), counted(others.groups, start)];
      const more = Boolean(one?.more || other?.more);
      return { start, verified: one?.count ?? 0, others: other?.count ?? 0, more };
    });
  },
});

/** The first days of the last twelve months, the oldest first. */
export function lastMonths(now: Date): string[] {
  return Array.from({ length: months }, (_, index) => {
    const month = new Date(now.getFullYear(), now.getMonth() - months + 1 + index, 1);
    return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}-01`;
  });
}

/** How many pairs wait in the queue of duplicates; from a hundred on only that there are more. */
export const waitingQuery = queryOptions({
  queryKey: ["home", "duplicates"],
  queryFn: async ({ signal }) => {
    const out = await answer(api.POST("/duplicates.list", { body: { state: "open", limit: openPairs }, signal }));
    return { count: out.duplicates.length, more: out.next_cursor !== undefined };
  },
});

export const lastImportsQuery = queryOptions({
  queryKey: ["home", "imports"],
  queryFn: async ({ signal }) => (await answer(api.POST("/imports.list", { body: { limit: 5 }, signal }))).imports,
});

const largestShown = 8;

/** The accounts with the most contacts. */
export const largestQuery = queryOptions({
  queryKey: ["home", "accounts"],
  queryFn: async ({ signal }) => {
    const { groups } = await answer(api.POST("/rev-users.group", { body: { group_by: "account" }, signal }));
    return groups.filter(({ value }) => value !== "").slice(0, largestShown);
  },
});
