import { useSyncExternalStore } from "react";

type Watch = {
  /** The imports whose end is told of, wherever in the app the reader is. */
  followed: string[];
  /** The import whose failed rows are shown. */
  failuresOf: string | undefined;
  /** The import that an open dialog shows, which tells of its end itself. */
  inDialog: string | undefined;
};

const nothing: Watch = { followed: [], failuresOf: undefined, inDialog: undefined };

let watch = nothing;
/** The ends that were told of, so that a late answer of the server does not tell again. */
let told = new Set<string>();
const listeners = new Set<() => void>();

function change(next: Partial<Watch>): void {
  watch = { ...watch, ...next };
  for (const listener of listeners) listener();
}

export function followImport(id: string): void {
  if (!watch.followed.includes(id)) change({ followed: [...watch.followed, id] });
}

export function unfollowImport(id: string): void {
  change({ followed: watch.followed.filter((followed) => followed !== id) });
}

/** Reports whether this end of the import was not told of yet, and notes that it is now. */
export function isNews(id: string, state: string): boolean {
  const end = `${id} ${state}`;
  if (told.has(end)) return false;
  told.add(end);
  return true;
}

/** Opens the panel with the rows that the import did not take. */
export function showFailures(id: string): void {
  change({ failuresOf: id });
}

export function hideFailures(): void {
  change({ failuresOf: undefined });
}

export function setImportInDialog(id: string | undefined): void {
  change({ inDialog: id });
}

export function importInDialog(): string | undefined {
  return watch.inDialog;
}

/** Forgets everything, for the next person may not be the same. */
export function forgetImports(): void {
  told = new Set();
  change(nothing);
}

export function useImportWatch(): Watch {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => watch,
  );
}
