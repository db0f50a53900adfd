import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isSign, Live, type LiveNews } from "@/lib/live";

const pollMillis = 15_000;
/** What no event tells, such as a comment on what was merged into the record, is seen later. */
const connectedPollMillis = 60_000;
/** Several events of one request, such as a comment and the stage that it leads to, are read once. */
const gatherMillis = 150;
const countMillis = 3000;

let live: Live | undefined;
const listeners = new Set<(news: LiveNews) => void>();

const tell = (news: LiveNews) => {
  for (const listener of listeners) listener(news);
};

/** Lets pages follow what happens for whoever is signed in, until the function returned is called. */
export function startLive(name: string): () => void {
  const started = new Live(name);
  live = started;
  // Nothing is connected before a page has something to keep fresh.
  if (listeners.size > 0) started.subscribe(tell);
  return () => {
    started.close();
    if (live === started) live = undefined;
  };
}

/** Whether this window hears for all of the browser, so that what is to be done once is done here. */
export function leadsLive(): boolean {
  return live?.leads ?? false;
}

/** Has `hear` called with what happens for as long as the component is shown. It must be the same function each time. */
export function useLiveNews(hear: (news: LiveNews) => void): void {
  useEffect(() => {
    listeners.add(hear);
    live?.subscribe(tell);
    return () => {
      listeners.delete(hear);
    };
  }, [hear]);
}

/**
 * Reads what is shown of a record, or of all of a type, again when the server tells of it, when the page comes into
 * sight, and now and then. Everything in the app that keeps itself fresh does so by this hook. `object` is the record's
 * id or the type.
 */
export function useLive(object: string | undefined, ...keys: QueryKey[]): void {
  useFresh(object, keys, gatherMillis);
}

/** The same for a count that stands on every page: it may be a little late, so that a busy inbox asks for it rarely. */
export function useLiveCount(type: string, key: QueryKey): void {
  useFresh(type, [key], countMillis);
}

function useFresh(object: string | undefined, keys: QueryKey[], gather: number): void {
  const client = useQueryClient();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!object) return;
    let readAt = Date.now();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      clearTimeout(gathering);
      gathering = undefined;
      if (document.hidden) return;
      readAt = Date.now();
      for (const queryKey of latest.current) void client.invalidateQueries({ queryKey });
    };
    const hear = (news: LiveNews) => {
      if (news.kind === "event" && isSign(news.event)) return;
      const isMine = news.kind === "missed" || news.event.object === object || news.event.object_type === object;
      if (!isMine) return;
      // Not put off by what follows, or a busy inbox would never be read.
      gathering ??= setTimeout(refresh, gather);
    };
    const poll = () => {
      if (!live?.connected || Date.now() - readAt >= connectedPollMillis) refresh();
    };
    const timer = setInterval(poll, pollMillis);
    listeners.add(hear);
    live?.subscribe(tell);
    document.addEventListener("visibilitychange", refresh);
    window.addEventListener("focus", refresh);
    return () => {
      clearInterval(timer);
      clearTimeout(gathering);
      listeners.delete(hear);
      document.removeEventListener("visibilitychange", refresh);
      window.removeEventListener("focus", refresh);
    };
  }, [client, object, gather]);
}
