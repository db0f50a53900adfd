import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { answer, api } from "@/api/client";
import { snippetOf } from "@/features/discussion/snippet";
import { isInSight, keepInSight, noticeChoice, permission, showNotice } from "@/features/notification/browser-notices";
import {
  type Notification_,
  notificationText,
  placeOf,
  unreadQuery,
  useMarkRead,
} from "@/features/notification/notification";
import type { LiveNews } from "@/lib/live";
import { leadsLive, useLive, useLiveNews } from "@/lib/use-live";
import { useTitleCount } from "@/lib/use-title";

/** Keeps the notifications of a member fresh, counts them in the window's title, and says what is new. */
export function NotificationWatcher({ member }: { member: string }) {
  const unread = useQuery(unreadQuery).data;
  useTitleCount(unread?.count ?? 0);
  useLive(member, ["notifications"]);
  const [said, setSaid] = useState("");
  const open = useOpen();
  useEffect(() => keepInSight(member), [member]);
  const hear = useCallback(
    (news: LiveNews) => {
      if (news.kind !== "event" || news.event.type !== "notification_created") return;
      const one = news.event.notification as Notification_;
      setSaid(notificationText(one));
      if (leadsLive()) void show(member, one, open);
    },
    [member, open],
  );
  useLiveNews(hear);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}

/** Opens what a notification is about, and marks it as read. */
function useOpen() {
  const router = useRouter();
  const { mutate } = useMarkRead();
  return useCallback(
    (one: Notification_) => {
      mutate(one);
      void router.navigate(placeOf(one) ?? { to: "/notifications" });
    },
    [router, mutate],
  );
}

/** Has the browser show it, if the member wants that and looks at no window of Kith. */
async function show(member: string, one: Notification_, open: (one: Notification_) => void): Promise<void> {
  const { isOn, showsText, hasSound } = noticeChoice(member);
  if (!isOn || permission() !== "granted" || (await isInSight(member))) return;
  const body = showsText && one.comment ? await textOf(one.comment) : undefined;
  showNotice({ id: one.id, title: notificationText(one), body, hasSound, onOpen: () => open(one) });
}

/** What a comment says, on one line; nothing when it is gone by now. */
async function textOf(id: string): Promise<string | undefined> {
  try {
    return snippetOf((await answer(api.POST("/timeline-entries.get", { body: { id } }))).timeline_entry);
  } catch {
    return undefined;
  }
}
