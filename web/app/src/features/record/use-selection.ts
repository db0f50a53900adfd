import { useMemo, useState } from "react";

type Chosen = { display_id: string };

/** Which records are chosen: some, by their display ids, or all that match. */
export type Selection = {
  all: boolean;
  ids: ReadonlySet<string>;
  has: (record: Chosen) => boolean;
  toggle: (record: Chosen) => void;
  /** Chooses these, or none when they are all chosen already. */
  toggleAll: (records: Chosen[]) => void;
  chooseAll: () => void;
  clear: () => void;
};

const none: ReadonlySet<string> = new Set();

export function useSelection(): Selection {
  const [ids, setIds] = useState(none);
  const [all, setAll] = useState(false);
  return useMemo(() => {
    const clear = () => {
      setAll(false);
      setIds(none);
    };
    return {
      all,
      ids,
      has: ({ display_id }) => all || ids.has(display_id),
      toggle: ({ display_id }) => {
        setAll(false);
        const next = new Set(all ? none : ids);
        if (!next.delete(display_id)) next.add(display_id);
        setIds(next);
      },
      toggleAll: (records) => {
        if (all || records.every(({ display_id }) => ids.has(display_id))) return clear();
        return setIds(new Set(records.map(({ display_id }) => display_id)));
      },
      chooseAll: () => setAll(true),
      clear,
    };
  }, [all, ids]);
}
