import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { useSignal, useSigns } from "@/features/inbox/signs";
import { Live, type LiveNews } from "@/lib/live";
import { startLive } from "@/lib/use-live";

let tell: (news: LiveNews) => void = () => {};
let stop = () => {};
let say = () => {};

function Shown() {
  say = useSignal("don:1", "typing");
  return <p>{`typing: ${useSigns("don:1", "typing").join(", ")}; here: ${useSigns("don:1", "viewing").join(", ")}`}</p>;
}

function hear(type: string, more: object, object = "don:1"): void {
  act(() => tell({ kind: "event", event: { type, object, object_type: "conversation", ...more } }));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Live.prototype, "subscribe").mockImplementation((listener) => {
    tell = listener;
    return () => true;
  });
  stop = startLive("ada");
  render(<Shown />);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("signs", () => {
  it("show who is typing or looking, until they stop or have sent what they typed", async () => {
    hear("typing", { user: { id: "bo", display_name: "Bo" } });
    hear("typing", { user: { id: "cy" } });
    hear("typing", { user: { id: "di", display_name: "Di" } }, "don:2");
    hear("viewing", { user: { id: "bo", display_name: "Bo" } });
    screen.getByText("typing: Bo, Somebody; here: Bo");
    hear("timeline_entry_created", { timeline_entry: { created_by: { id: "bo" } } });
    screen.getByText("typing: Somebody; here: Bo");
    await act(() => vi.advanceTimersByTimeAsync(6100));
    screen.getByText("typing: ; here: Bo");
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    screen.getByText("typing: ; here:");
  });

  it("are given every few seconds at most", async () => {
    const post = vi.spyOn(api, "POST").mockResolvedValue({} as never);
    say();
    say();
    expect(post).toHaveBeenCalledTimes(1);
    expect(post).toHaveBeenCalledWith("/events.signal", { body: { object: "don:1", kind: "typing" } });
    await act(() => vi.advanceTimersByTimeAsync(3100));
    say();
    expect(post).toHaveBeenCalledTimes(2);
  });
});
