import {
  type QueryClient,
  queryOptions,
  useIsMutating,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { answer, api, messageOf } from "@/api/client";
import { recordQuery } from "@/features/customer/record-query";
import {
  type Item,
  type ItemChanges,
  type ItemFilter,
  type ItemKind,
  type ItemType,
  itemKinds,
} from "@/features/inbox/item";
import type { GrowingList, Stretch } from "@/lib/growing";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.inbox;

/** The items that a filter takes, the one with the latest message first. */
export function itemsOf(kind: ItemKind, filter: ItemFilter): GrowingList<Item> {
  return {
    queryKey: ["items", kind.type, "list", filter],
    load: (cursor, signal) => kind.list(filter, cursor, signal),
  };
}

export function countQuery(kind: ItemKind, filter: ItemFilter) {
  return queryOptions({
    queryKey: ["items", kind.type, "count", filter],
    queryFn: ({ signal }) => kind.count(filter, signal),
  });
}

/** One item by its display id. */
export function itemQuery(type: ItemType, id: string) {
  return queryOptions({
    queryKey: ["item", type, id],
    queryFn: ({ signal }) => itemKinds[type].get(id, signal),
  });
}

/** What the customer or the team said last; read again only when something new was said. */
export function useLastMessage({ id, type, active }: Item) {
  return useQuery({
    queryKey: ["last-message", id, active],
    queryFn: async ({ signal }) => {
      const visibility = ["external" as const, "public" as const];
      const body = { object: id, collections: ["discussions" as const], visibility, mode: "before" as const, limit: 1 };
      const { timeline_entries } = await answer(api.POST("/timeline-entries.list", { body, signal }));
      return timeline_entries[0] ?? null;
    },
    enabled: type === "conversation",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }).data;
}

/** What the changes of an item lead to: itself in every list and its history. */
export function refreshItems(client: QueryClient): Promise<unknown> {
  return Promise.all(["items", "timeline"].map((key) => client.invalidateQueries({ queryKey: [key] })));
}

/** Puts a changed item where it is shown. Lists keep it until they are read again. */
export function itemChanged(client: QueryClient, changed: Item): Promise<unknown> {
  client.setQueryData(itemQuery(changed.type, changed.display_id).queryKey, changed);
  client.setQueriesData<Stretch<Item>>(
    { queryKey: ["items", changed.type, "list"] },
    (loaded) => loaded && { ...loaded, items: loaded.items.map((one) => (one.id === changed.id ? changed : one)) },
  );
  return refreshItems(client);
}

/** One change of an item, and the one that takes it back. */
export type ItemChange = { said: string; changes: ItemChanges; back?: ItemChanges };

/** Changes an item at once and offers the way back. */
export function useItemChange({ type, id }: Item) {
  const client = useQueryClient();
  const update = async (changes: ItemChanges) => {
    await itemChanged(client, await itemKinds[type].update(id, changes));
  };
  return useMutation({
    mutationFn: ({ changes }: ItemChange) => update(changes),
    onSuccess: (_, { said, back }) => {
      const undo = back && { label: strings.common.undo, run: () => void update(back).catch(failed) };
      toast({ tone: "success", title: said, action: undo });
    },
    onError: failed,
  });
}

export const failed = (error: Error) => toast({ tone: "danger", title: messageOf(error) });

const removalKey = (id: string) => ["removal", id];

/** Whether an item is on its way to the trash: then nothing of it is read again, for it may be gone already. */
export function useIsRemoved(id: string): boolean {
  return useIsMutating({ mutationKey: removalKey(id) }) > 0;
}

/** What can go to the trash and come back. */
type Removable = {
  id: string;
  type: ItemType | "opportunity";
  remove: (id: string) => Promise<unknown>;
  restore: (id: string) => Promise<unknown>;
  removed: string;
  restored: string;
};

/** Takes an item to the trash, from which the message brings it back. */
export function useItemRemoval({ type, id }: Item, onRemoved: () => unknown) {
  const { remove, restore, words: named } = itemKinds[type];
  const said = { removed: words.removed(named.one), restored: words.restored(named.one) };
  return useRemoval({ id, type, remove, restore, ...said }, onRemoved);
}

/** The same for whatever is read as an item is. */
export function useRemoval({ id, type, remove, restore, removed, restored }: Removable, onRemoved: () => unknown) {
  const client = useQueryClient();
  const bring = async () => {
    await restore(id);
    await broughtBack(client, type);
    toast({ tone: "success", title: restored });
  };
  return useMutation({
    mutationKey: removalKey(id),
    mutationFn: () => remove(id),
    onSuccess: async () => {
      await onRemoved();
      client.removeQueries({ queryKey: ["item", type] });
      await refreshItems(client);
      const action = { label: strings.common.undo, run: () => void bring().catch(failed) };
      toast({ tone: "success", title: removed, action });
    },
  });
}

/** Reads again what has come back from the trash. */
export async function broughtBack(client: QueryClient, type: Removable["type"]): Promise<void> {
  await client.invalidateQueries({ queryKey: ["item", type] });
  await refreshItems(client);
}

/** What a member, account or tag is called, for a filter that the URL names by its id. */
export function useNameOf(id: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ["options", "name", id],
    queryFn: async ({ signal }) => {
      if (!id) return "";
      if (id.startsWith("ACC-")) return (await client.fetchQuery(recordQuery("account", id))).display_name ?? id;
      const body = { id };
      if (id.startsWith("TAG-")) return (await answer(api.POST("/tags.get", { body, signal }))).tag.name;
      return (await answer(api.POST("/dev-users.get", { body, signal }))).dev_user.display_name;
    },
    enabled: Boolean(id),
    staleTime: 60_000,
    retry: false,
  }).data;
}
