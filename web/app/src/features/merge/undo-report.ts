import { useSyncExternalStore } from "react";
import type { components } from "@/api/schema.gen";

type MergeUndone = components["schemas"]["MergeUndone"];

// An undo begun from a toast may end on any page: what it has to say is kept
// outside of all of them.
let shown: MergeUndone | undefined;
const listeners = new Set<() => void>();

/** Opens the report of an undo; nothing closes it. */
export function reportUndone(undone: MergeUndone | undefined): void {
  shown = undone;
  for (const listener of listeners) listener();
}

export function useUndoneReport(): MergeUndone | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
