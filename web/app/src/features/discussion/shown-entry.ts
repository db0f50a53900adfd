import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { TimelineEntry } from "@/features/discussion/timeline";
import type { Growing } from "@/lib/growing";

/** How many pages are read in search of an entry. */
const maxPages = 20;

/** How the URL names an entry, and what its element is called: comment-5. */
export function anchorOf(id: string): string {
  return id.slice(id.lastIndexOf(":") + 1).replace("/", "-");
}

/** Brings the entry that the URL names into sight, once it is there: earlier entries are read until it is. */
export function useShownEntry(timeline: Growing<TimelineEntry>): string {
  const hash = useLocation({ select: (location) => location.hash });
  const sought = useRef({ hash: "", pages: 0, isShown: false });
  const { items, hasMore, isLoadingMore, moreError, loadMore } = timeline;
  useEffect(() => {
    if (!hash || !items) return;
    if (sought.current.hash !== hash) sought.current = { hash, pages: 0, isShown: false };
    const now = sought.current;
    if (now.isShown) return;
    if (items.some(({ id }) => anchorOf(id) === hash)) {
      now.isShown = true;
      document.getElementById(hash)?.scrollIntoView({ block: "center" });
    } else if (hasMore && !isLoadingMore && !moreError && now.pages < maxPages) {
      now.pages++;
      loadMore();
    }
  }, [hash, items, hasMore, isLoadingMore, moreError, loadMore]);
  return hash;
}
