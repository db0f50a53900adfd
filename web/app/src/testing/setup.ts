import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { forgetImports } from "@/features/import/import-store";
import { reportUndone } from "@/features/merge/undo-report";
import { setSessionLost } from "@/features/session/session-lost";
import { clearToasts } from "@/lib/toast";

// Generous, because tests share the machine with other work: only a failure waits that long.
configure({ asyncUtilTimeout: 10_000 });

// jsdom has no layout: give elements a size, so that virtual lists show rows,
// and a screen of a laptop.
beforeEach(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1200);
  Element.prototype.scrollIntoView = () => {};
  vi.stubGlobal("ResizeObserver", NoObserver);
  vi.stubGlobal("IntersectionObserver", NoObserver);
  vi.stubGlobal("scrollTo", () => {});
  setScreen("wide");
});

afterEach(() => {
  cleanup();
  clearToasts();
  forgetImports();
  reportUndone(undefined);
  setSessionLost(false);
  vi.unstubAllGlobals();
});

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

/** Answers every media query as a laptop ("wide") or a phone would. */
export function setScreen(screen: "wide" | "narrow"): void {
  vi.stubGlobal("matchMedia", () => ({
    matches: screen === "wide",
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
}
