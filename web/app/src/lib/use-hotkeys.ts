import { useEffect, useRef } from "react";

const chordMillis = 1200;

/**
 * Calls the handler of a key ("r", "?") or of two keys in a row ("g c"). Keys
 * pressed with a modifier, inside a text field or while a dialog or menu is
 * open are left alone.
 */
export function useHotkeys(handlers: Record<string, () => void>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    let prefix = "";
    let prefixAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTakenElsewhere(event)) return;
      const chord = prefix && event.timeStamp - prefixAt < chordMillis ? `${prefix} ${event.key}` : "";
      // What follows a "g" is somebody's chord, if not one of these: "g r" must not do what "r" does.
      const key = prefix === "g" && chord ? "" : event.key;
      const handler = (chord && latest.current[chord]) || latest.current[key];
      prefix = handler ? "" : event.key;
      prefixAt = event.timeStamp;
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isTakenElsewhere(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]")) return true;
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}
