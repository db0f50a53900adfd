import { useCallback, useSyncExternalStore } from "react";

/** What a member chose in this browser about messages of the browser itself. */
export type NoticeChoice = {
  isOn: boolean;
  /** Whether a message says what was written, which then stands on a screen that others may see. */
  showsText: boolean;
  hasSound: boolean;
};

const off: NoticeChoice = { isOn: false, showsText: false, hasSound: false };

/** Why there are none, or that there may be. */
export type Permission = NotificationPermission | "unsupported";

export function permission(): Permission {
  // Pages that did not come by https have none.
  return "Notification" in window && window.isSecureContext ? Notification.permission : "unsupported";
}

const keyOf = (member: string) => `kith.notices.${member}`;
const listeners = new Set<() => void>();
const chosen = new Map<string, NoticeChoice>();

/** What the member chose in this browser. */
export function noticeChoice(member: string): NoticeChoice {
  const known = chosen.get(member);
  if (known) return known;
  let choice = off;
  try {
    choice = { ...off, ...(JSON.parse(localStorage.getItem(keyOf(member)) ?? "{}") as Partial<NoticeChoice>) };
  } catch {
    // The browser keeps nothing for this site, or something else has written there.
  }
  chosen.set(member, choice);
  return choice;
}

function choose(member: string, choice: NoticeChoice): void {
  chosen.set(member, choice);
  try {
    localStorage.setItem(keyOf(member), JSON.stringify(choice));
  } catch {
    // It holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** Other windows of the browser choose for this one too. */
function listen(listener: () => void): () => void {
  const onStorage = () => {
    chosen.clear();
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}

/** The member's choice, whether the browser lets it be, and a way to choose anew, which asks the browser if need be. */
export function useNoticeChoice(member: string) {
  const choice = useSyncExternalStore(listen, () => noticeChoice(member));
  const allowed = useSyncExternalStore(listen, permission);
  const change = useCallback(
    async (next: Partial<NoticeChoice>) => {
      // Browsers ask only in answer to a press, and only once.
      if (next.isOn && permission() === "default") await Notification.requestPermission();
      const isOn = (next.isOn ?? noticeChoice(member).isOn) && permission() === "granted";
      choose(member, { ...noticeChoice(member), ...next, isOn });
    },
    [member],
  );
  return { choice: { ...choice, isOn: choice.isOn && allowed === "granted" }, allowed, change };
}

/**
 * Keeps a lock for as long as this window is in sight, so that the one window that has the stream can tell whether the
 * member looks at any. Returns what ends it.
 */
export function keepInSight(member: string): () => void {
  const ending = new AbortController();
  let release = () => {};
  const look = () => {
    release();
    if (document.hidden || ending.signal.aborted) return;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    navigator.locks
      ?.request(`kith-in-sight-${member}`, { mode: "shared", signal: ending.signal }, () => held)
      .catch(() => undefined);
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    ending.abort();
    release();
  };
}

/** Whether any window of the member's is in sight. */
export async function isInSight(member: string): Promise<boolean> {
  if (!document.hidden) return true;
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name === `kith-in-sight-${member}`);
}

type Shown = { id: string; title: string; body: string | undefined; hasSound: boolean; onOpen: () => void };

/** Has the browser show a message; a press on it brings this window to the front. */
export function showNotice({ id, title, body, hasSound, onOpen }: Shown): void {
  try {
    const shown = new Notification(title, { tag: id, silent: !hasSound, icon: "/favicon.svg", ...(body && { body }) });
    shown.onclick = () => {
      window.focus();
      onOpen();
      shown.close();
    };
  } catch {
    // Some browsers of phones show none from a page.
  }
}
