import type { Store } from "../frame/store";

/** A store that tells what is in it. */
export function memoryStore(kept: Record<string, string> = {}): Store & { kept: Record<string, string> } {
  return {
    kept,
    get: (name) => kept[name],
    set: (name, value) => {
      kept[name] = value;
    },
    remove: (name) => {
      delete kept[name];
    },
    clear: () => {
      for (const name of Object.keys(kept)) delete kept[name];
    },
    watch: () => undefined,
  };
}
