/** What a widget keeps in the browser: by app id, and in memory alone where the browser keeps nothing. */
export type Store = {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  remove(name: string): void;
  clear(): void;
  /** Tells of changes made by other tabs. */
  watch(tell: (name: string, value: string | undefined) => void): void;
};

export function openStore(appId: string): Store {
  const prefix = `kith:${appId}:`;
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(localStorage);
    } catch {
      return undefined; // forbidden to frames, or full
    }
  };
  return {
    get: (name) => attempt((storage) => storage.getItem(prefix + name)) ?? memory.get(name),
    set: (name, value) => {
      memory.set(name, value);
      attempt((storage) => storage.setItem(prefix + name, value));
    },
    remove: (name) => {
      memory.delete(name);
      attempt((storage) => storage.removeItem(prefix + name));
    },
    clear: () => {
      memory.clear();
      attempt((storage) => {
        for (const name of Object.keys(storage)) if (name.startsWith(prefix)) storage.removeItem(name);
      });
    },
    watch: (tell) =>
      addEventListener("storage", ({ key, newValue }) => {
        if (!key?.startsWith(prefix)) return;
        const name = key.slice(prefix.length);
        memory.delete(name);
        tell(name, newValue ?? undefined);
      }),
  };
}

/** What is kept as JSON, or the default when there is nothing or something else. */
export function readJson<T>(store: Store, name: string, usual: T): T {
  try {
    return (JSON.parse(store.get(name) ?? "null") as T | null) ?? usual;
  } catch {
    return usual;
  }
}
