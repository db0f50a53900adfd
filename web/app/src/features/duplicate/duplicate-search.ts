import { type Pair, pairKey } from "@/features/duplicate/duplicate";

export const tabs = ["queue", "history", "quality"] as const;
export type DuplicateTab = (typeof tabs)[number];

/** What the page's URL holds. */
export type DuplicateSearch = { tab: DuplicateTab; pair?: Pair | undefined };

/** Reads the parameters of any URL; what is not understood is as if it were absent. */
export function parseDuplicateSearch(search: Record<string, unknown>): DuplicateSearch {
  const tab = tabs.find((one) => one === search.tab) ?? "queue";
  const [one, other, ...more] = typeof search.pair === "string" ? search.pair.split("+") : [];
  return one && other && more.length === 0 ? { tab, pair: { one, other } } : { tab };
}

/** The same as parameters; what is usual is left out, so that URLs stay short. */
export function duplicateSearchParams({ tab, pair }: DuplicateSearch): { tab?: DuplicateTab; pair?: string } {
  return { ...(tab !== "queue" && { tab }), ...(pair && { pair: pairKey(pair) }) };
}
