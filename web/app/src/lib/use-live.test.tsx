import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live, type LiveNews } from "@/lib/live";
import { createQueryClient } from "@/lib/query-client";
import { startLive, useLive } from "@/lib/use-live";

let reads = 0;
let tell: (news: LiveNews) => void = () => {};
let stop = () => {};

function Shown({ object }: { object: string }) {
  const { data } = useQuery({ queryKey: ["shown"], queryFn: () => ++reads });
  useLive(object, ["shown"]);
  return <p>read {data}</p>;
}

const happened = (object: string, object_type = "conversation"): LiveNews => ({
  kind: "event",
  event: { type: "conversation_updated", object, object_type },
});

async function pass(millis: number) {
  await act(() => vi.advanceTimersByTimeAsync(millis));
}

beforeEach(async () => {
  vi.useFakeTimers();
  reads = 0;
  vi.spyOn(Live.prototype, "subscribe").mockImplementation((listener) => {
    tell = listener;
    return () => true;
  });
  const client = createQueryClient(() => {});
  stop = startLive("ada");
  render(
    <QueryClientProvider client={client}>
      <Shown object="don:1" />
    </QueryClientProvider>,
  );
  await pass(0);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

describe("what keeps itself fresh", () => {
  it("is read once for all events of one moment, and not for those of others", async () => {
    screen.getByText("read 1");
    tell(happened("don:2"));
    tell(happened("don:1"));
    tell(happened("don:1"));
    await pass(1000);
    screen.getByText("read 2");
  });

  it("is read when events may have been lost", async () => {
    tell({ kind: "missed" });
    await pass(1000);
    screen.getByText("read 2");
  });

  it("is looked at every quarter of a minute while nothing is connected, and only in sight", async () => {
    await pass(15_100);
    screen.getByText("read 2");
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    await pass(60_000);
    screen.getByText("read 2");
    vi.spyOn(document, "hidden", "get").mockReturnValue(false);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    await pass(100);
    expect(reads).toBe(3);
  });
});
