import { useSyncExternalStore } from "react";

export type Toast = {
  id: number;
  tone: "info" | "success" | "danger";
  title: string;
  detail?: string | undefined;
  /** A way back, or on. */
  action?: { label: string; run: () => void } | undefined;
  /** How long it stays, in milliseconds. Without one it stays until it is closed. */
  duration?: number | undefined;
};

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a message at the bottom left and returns its id. */
export function toast(message: Omit<Toast, "id">): number {
  const id = nextId++;
  change([...toasts.slice(-3), { duration: message.tone === "danger" ? undefined : 8000, ...message, id }]);
  return id;
}

export function dismissToast(id: number): void {
  change(toasts.filter((shown) => shown.id !== id));
}

/** Takes all messages away, as when another member signs in. */
export function clearToasts(): void {
  change([]);
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
