import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { applyTheme, savedTheme, useTheme } from "@/lib/theme";

describe("the theme", () => {
  beforeEach(() => {
    localStorage.clear();
    applyTheme("system");
  });

  it("is the system's until one is chosen, and again when the system is", () => {
    const { result } = renderHook(useTheme);
    expect(result.current[0]).toBe("system");
    act(() => result.current[1]("dark"));
    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(savedTheme()).toBe("dark");
    act(() => result.current[1]("system"));
    expect(document.documentElement.dataset.theme).toBeUndefined();
    expect(savedTheme()).toBe("system");
  });

  it("takes nothing else from the storage, and does without one", () => {
    localStorage.setItem("kith.theme", "pink");
    expect(savedTheme()).toBe("system");
    vi.stubGlobal("localStorage", undefined);
    expect(savedTheme()).toBe("system");
    const { result } = renderHook(useTheme);
    act(() => result.current[1]("light"));
    expect(document.documentElement.dataset.theme).toBe("light");
  });
});
