import { useSyncExternalStore } from "react";

let lost = false;
const listeners = new Set<() => void>();

/** Notes that the server no longer knows the session, or that there is a new one. */
export function setSessionLost(now: boolean): void {
  if (lost === now) return;
  lost = now;
  for (const listener of listeners) listener();
}

export function useSessionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => lost,
  );
}
