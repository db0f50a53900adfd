import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { LiveNews } from "@/lib/live";
import { useLiveNews } from "@/lib/use-live";
import { strings } from "@/strings";

type Kind = "typing" | "viewing";

/** How often others are told that one has a record open. */
export const viewingMillis = 20_000;
const typingMillis = 3000;

/** For how long it is shown what somebody does: a little longer than the next sign takes. */
const shownMillis: Record<Kind, number> = { typing: 6000, viewing: 30_000 };

/** Tells others what one is doing at a record; call it as often as one does it. */
export function useSignal(object: string, kind: Kind): () => void {
  const saidAt = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: at another record nothing was said yet
  useEffect(() => {
    saidAt.current = 0;
  }, [object]);
  return useCallback(() => {
    const now = Date.now();
    if (now - saidAt.current < (kind === "typing" ? typingMillis : viewingMillis / 2)) return;
    saidAt.current = now;
    // Nobody misses a sign that is lost.
    api.POST("/events.signal", { body: { object, kind } }).catch(() => undefined);
  }, [object, kind]);
}

/** The names of the others who are doing something at a record. */
export function useSigns(object: string, kind: Kind): string[] {
  const [seen, setSeen] = useState<{ object: string; id: string; name: string; until: number }[]>([]);
  const hear = useCallback(
    (news: LiveNews) => {
      if (news.kind !== "event" || news.event.object !== object) return;
      const { type, user, timeline_entry: entry } = news.event;
      const author = (entry as { created_by?: { id: string } } | undefined)?.created_by?.id;
      setSeen((now) => {
        const rest = now.filter(({ id }) => id !== (type === kind ? user?.id : kind === "typing" ? author : undefined));
        if (type !== kind || !user) return rest.length === now.length ? now : rest;
        const name = user.display_name || strings.inbox.somebody;
        return [...rest, { object, id: user.id, name, until: Date.now() + shownMillis[kind] }];
      });
    },
    [object, kind],
  );
  useLiveNews(hear);
  const next = Math.min(...seen.map(({ until }) => until));
  useEffect(() => {
    if (!Number.isFinite(next)) return;
    const timer = setTimeout(
      () => setSeen((now) => now.filter(({ until }) => until > Date.now())),
      next - Date.now() + 10,
    );
    return () => clearTimeout(timer);
  }, [next]);
  return seen.filter((one) => one.object === object).map(({ name }) => name);
}
