import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, messageOf } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { anchorOf } from "@/features/discussion/shown-entry";
import { nameOf } from "@/features/merge/merge";
import { pathOf } from "@/features/record/record-link";
import { formatNumber } from "@/lib/format";
import type { GrowingList, Stretch } from "@/lib/growing";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

export type Notification_ = components["schemas"]["Notification"];

const words = strings.notifications;

export const shownNotifications = ["unread", "all"] as const;
export type ShownNotifications = (typeof shownNotifications)[number];

const pageSize = 30;

/** How many notifications the member has not read. */
export const unreadQuery = queryOptions({
  queryKey: ["notifications", "count"],
  queryFn: ({ signal }) => answer(api.POST("/notifications.count", { body: {}, signal })),
});

/** What the member was told, the latest first. */
export function notificationsOf(state: ShownNotifications): GrowingList<Notification_> {
  return {
    queryKey: ["notifications", "list", state],
    load: async (cursor, signal) => {
      const body = { state, limit: pageSize, ...(cursor && { cursor }) };
      const page = await answer(api.POST("/notifications.list", { body, ...(signal && { signal }) }));
      return { items: page.notifications, next: page.next_cursor };
    },
  };
}

/** Shows what was read as read at once, also where only what is unread is listed: there it stays until it is left. */
function showRead(client: QueryClient, isRead: (one: Notification_) => boolean): void {
  const read_date = new Date().toISOString();
  client.setQueriesData<Stretch<Notification_>>(
    { queryKey: ["notifications", "list"] },
    (loaded) =>
      loaded && {
        ...loaded,
        items: loaded.items.map((one) => (!one.read_date && isRead(one) ? { ...one, read_date } : one)),
      },
  );
}

/** Notes that one notification, or everything that there is, was read. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (one: Notification_ | "all") =>
      answer(api.POST("/notifications.mark-read", { body: one === "all" ? { all: true } : { ids: [one.id] } })),
    onMutate: (one) => {
      showRead(client, ({ id }) => one === "all" || one.id === id);
      client.setQueryData(
        unreadQuery.queryKey,
        (now) => now && { ...now, count: one === "all" ? 0 : Math.max(0, now.count - 1) },
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["notifications"] }),
    onError: (error) => toast({ tone: "danger", title: messageOf(error) }),
  });
}

/** What is known of who did it; what Kith did by itself nobody did. */
export function actorOf({ created_by, rule }: Notification_): string {
  if (rule) return words.rule(rule);
  return created_by ? nameOf(created_by) : strings.discussion.kith;
}

/** What somebody did. Who becomes the owner of what a customer begins was chosen by a rule, not by the customer. */
export function deedOf({ type, created_by, rule }: Notification_): string {
  if (rule) return words.did.assigned;
  return type === "assigned" && created_by?.type === "rev_user" ? words.begun : words.did[type];
}

/** Who did what where, on one line. */
export function notificationText(one: Notification_): string {
  return `${actorOf(one)} ${deedOf(one)} ${nameOf(one.object)}`;
}

/** Where it leads: the record, and on it the comment that it is about. Undefined for what has no page. */
export function placeOf({ object, comment }: Notification_) {
  const path = pathOf(object.display_id);
  if (!path) return undefined;
  const isCustomer = path !== "/conversations" && path !== "/tickets";
  return {
    to: `${path}/$id`,
    params: { id: object.display_id ?? object.id },
    ...(isCustomer && comment && { search: { tab: "discussion" as const } }),
    ...(comment && { hash: anchorOf(comment) }),
  } as const;
}

/** A count as badges show it. */
export function countText({ count, more }: { count: number; more: boolean }): string {
  return more || count > 99 ? "99+" : formatNumber(count);
}
