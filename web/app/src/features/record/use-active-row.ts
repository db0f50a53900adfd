import { type KeyboardEvent, type RefObject, useState } from "react";

/** Where a key leads from the active row, or nothing when the key means nothing here. */
export function rowAfterKey(key: string, active: number | undefined, count: number, perPage: number) {
  if (count === 0) return undefined;
  const steps: Record<string, number> = {
    ArrowDown: 1,
    j: 1,
    ArrowUp: -1,
    k: -1,
    PageDown: perPage,
    PageUp: -perPage,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  // Before the first key no row is active: down enters at the top.
  const from = active ?? (step > 0 ? -1 : 0);
  return Math.max(0, Math.min(count - 1, from + step));
}

/** The row that the keyboard is on. It moves with the arrow keys, j and k, and scrolls into sight. */
export function useActiveRow(
  count: number,
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
  scrollTo: (index: number) => void,
) {
  const [active, setActive] = useState<number>();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const perPage = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const next = rowAfterKey(event.key, active, count, perPage);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    scrollTo(next);
  };
  return { active: active !== undefined && active < count ? active : undefined, onKeyDown, setActive };
}
