import { useEffect } from "react";

let page = "";
let waiting = 0;

function show(): void {
  const count = waiting > 99 ? "99+" : String(waiting);
  document.title = `${waiting > 0 ? `(${count}) ` : ""}${page ? `${page} · ` : ""}Kith`;
}

/** Names the browser's tab after the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    page = title;
    show();
  }, [title]);
}

/** Counts what waits for the member before the tab's name. */
export function useTitleCount(count: number): void {
  useEffect(() => {
    waiting = count;
    show();
    return () => {
      waiting = 0;
      show();
    };
  }, [count]);
}
