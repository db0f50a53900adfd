import type { Stretch } from "@/lib/growing";

type Timed = { id: string; active: string };

/**
 * Several lists as one, the latest first, as far as it is certain: what is older than the end of a list that goes on
 * has to wait for the rest of that. `short` are the places of the lists that bound it.
 */
export function mergedByTime<Item extends Timed>(lists: Stretch<Item>[]): { items: Item[]; short: number[] } {
  const ends = lists.map(({ items, next }) => (next === undefined ? "" : (items.at(-1)?.active ?? "")));
  const bound = ends.reduce((latest, end) => (end > latest ? end : latest), "");
  const items = lists
    .flatMap((list) => list.items)
    .filter(({ active }) => active >= bound)
    .sort((a, b) => b.active.localeCompare(a.active));
  const short = lists.flatMap(({ next }, at) => (next !== undefined && ends[at] === bound ? [at] : []));
  return { items, short };
}
