import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answer, api } from "@/api/client";
import type { TimelineEntry } from "@/features/discussion/timeline";
import type { Item } from "@/features/inbox/item";
import { failed, itemQuery } from "@/features/inbox/items";
import { waitingQuery } from "@/features/inbox/waiting";
import { unreadQuery } from "@/features/notification/notification";
import type { Stretch } from "@/lib/growing";

/** Shows a conversation as read, or as new, wherever it stands. */
function show(client: QueryClient, { type, id, display_id }: Item, unread: number): void {
  client.setQueryData(itemQuery(type, display_id).queryKey, (item) => item && { ...item, unread });
  client.setQueriesData<Stretch<Item>>(
    { queryKey: ["items", type, "list"] },
    (loaded) => loaded && { ...loaded, items: loaded.items.map((one) => (one.id === id ? { ...one, unread } : one)) },
  );
}

/**
 * Notes that the member has read a conversation, whenever something new in it is in sight: up to the last comment that
 * is shown, so that what comes meanwhile stays unread.
 */
export function useSeen(item: Item, entries: readonly TimelineEntry[] | undefined): void {
  const client = useQueryClient();
  const hasNotices = Boolean(useQuery(unreadQuery).data?.count);
  const latest = entries?.find(({ type }) => type === "timeline_comment")?.id;
  const isNew = item.unread > 0 || hasNotices;
  const said = useRef("");
  const shown = useRef(item);
  useEffect(() => {
    shown.current = item;
  });
  useEffect(() => {
    if (item.type !== "conversation" || !latest || !isNew) return;
    const say = () => {
      const one = shown.current;
      if (document.hidden || said.current === latest) return;
      said.current = latest;
      answer(api.POST("/conversations.mark-read", { body: { id: one.id, timeline_entry: latest } })).then(
        () => {
          show(client, one, 0);
          if (one.unread > 0) void client.invalidateQueries(waitingQuery);
        },
        () => {
          said.current = ""; // it is tried again with the next message, or the next look
        },
      );
    };
    say();
    document.addEventListener("visibilitychange", say);
    return () => document.removeEventListener("visibilitychange", say);
  }, [client, item.type, latest, isNew]);
}

/** Lays a conversation aside as unread. */
export function useMarkUnread(item: Item, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/conversations.mark-unread", { body: { id: item.id } })),
    onSuccess: () => {
      show(client, item, Math.max(item.unread, 1));
      void client.invalidateQueries(waitingQuery);
      onDone();
    },
    onError: failed,
  });
}
