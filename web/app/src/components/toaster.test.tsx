import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toaster } from "@/components/toaster";
import { clearToasts, toast } from "@/lib/toast";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  act(clearToasts);
  vi.useRealTimers();
});

describe("a message", () => {
  it.each([
    ["the pointer is on it", fireEvent.pointerEnter, fireEvent.pointerLeave],
    ["its button has the focus", fireEvent.focus, fireEvent.blur],
  ])("stays while %s, and goes after a while", (_, hold, release) => {
    render(<Toaster />);
    act(() => void toast({ tone: "success", title: "Changed", action: { label: "Undo", run: () => {} } }));
    const undo = screen.getByRole("button", { name: "Undo" });
    hold(undo);
    act(() => void vi.advanceTimersByTime(60_000));
    screen.getByText("Changed");
    release(undo);
    act(() => void vi.advanceTimersByTime(60_000));
    expect(screen.queryByText("Changed")).toBeNull();
  });
});
