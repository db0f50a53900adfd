import { type QueryKey, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

/** Items from the latest on, and where those before them begin. */
export type Stretch<Item> = { items: Item[]; next: string | undefined };

/** A list whose new items come at its head. */
export type GrowingList<Item> = {
  queryKey: QueryKey;
  load: (cursor: string, signal?: AbortSignal) => Promise<Stretch<Item>>;
};

/**
 * A list that is read from its head, further on demand, and whose head alone is read again: what that costs does not
 * grow with how far one has read.
 */
export function useGrowing<Item extends { id: string }>({ queryKey, load }: GrowingList<Item>) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const head = await load("", signal);
      return renewed(client.getQueryData<Stretch<Item>>(queryKey), head);
    },
    staleTime: 0,
  });
  const more = useMutation({
    mutationFn: async (cursor: string) => {
      const page = await load(cursor);
      client.setQueryData<Stretch<Item>>(queryKey, (loaded) =>
        // The list may have been read anew meanwhile, and ends elsewhere then.
        loaded?.next === cursor ? joined(loaded.items, page) : loaded,
      );
    },
  });
  const next = query.data?.next;
  return {
    query,
    items: query.data?.items,
    hasMore: next !== undefined,
    isLoadingMore: more.isPending,
    moreError: more.error,
    loadMore: () => {
      if (next !== undefined && !more.isPending) more.mutate(next);
    },
  };
}

export type Growing<Item extends { id: string }> = ReturnType<typeof useGrowing<Item>>;

/** What is loaded once the head was read again. Where the two no longer meet, only the head is known. */
export function renewed<Item extends { id: string }>(loaded: Stretch<Item> | undefined, head: Stretch<Item>) {
  const last = head.items.at(-1);
  const at = loaded && head.next !== undefined ? loaded.items.findIndex(({ id }) => id === last?.id) : -1;
  if (!loaded || at < 0 || at === loaded.items.length - 1) return head;
  return joined(head.items, { items: loaded.items.slice(at + 1), next: loaded.next });
}

/** The items with those behind them; what moved to the front meanwhile is named once. */
function joined<Item extends { id: string }>(items: Item[], behind: Stretch<Item>): Stretch<Item> {
  const known = new Set(items.map(({ id }) => id));
  return { items: [...items, ...behind.items.filter(({ id }) => !known.has(id))], next: behind.next };
}
