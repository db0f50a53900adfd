import { useRef, useState } from "react";
import type { Mention } from "@/features/discussion/mention";
import type { Visibility } from "@/features/discussion/timeline";

/** A comment that is being written. */
export type Draft = { text: string; visibility: Visibility; mentions: Mention[] };

export const emptyDraft: Draft = { text: "", visibility: "internal", mentions: [] };

/** What a member has begun to write on a record; it outlives the page, until it is sent or the tab is closed. */
export function useDraft(member: string, object: string, empty = emptyDraft) {
  const key = keyOf(member, object);
  const [draft, setDraft] = useState(() => load(key, empty));
  const latest = useRef(draft);
  const change = (next: Draft | ((now: Draft) => Draft)) => {
    const changed = typeof next === "function" ? next(latest.current) : next;
    latest.current = changed;
    setDraft(changed);
    store(key, changed);
  };
  return [draft, change] as const;
}

/** Has what was begun on one record go on on another, behind what was begun there. */
export function moveDraft(member: string, from: string, to: string): void {
  const [old, there] = [from, to].map((object) => load(keyOf(member, object), emptyDraft)) as [Draft, Draft];
  if (!old.text) return;
  const text = there.text ? `${there.text}\n\n${old.text}` : old.text;
  const mentions = [...there.mentions, ...old.mentions];
  store(keyOf(member, to), { text, mentions, visibility: there.text ? there.visibility : old.visibility });
  store(keyOf(member, from), emptyDraft);
}

const keyOf = (member: string, object: string) => `kith.draft ${member} ${object}`;

function load(key: string, empty: Draft): Draft {
  try {
    const kept = sessionStorage.getItem(key);
    return kept ? { ...empty, ...(JSON.parse(kept) as Partial<Draft>) } : empty;
  } catch {
    return empty; // storage that is switched off
  }
}

function store(key: string, draft: Draft): void {
  try {
    if (draft.text) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
  } catch {
    // Storage that is full or switched off: what is typed stays while the page does.
  }
}
