import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "./api";
import { Events } from "./events";

let sent: { name: string; event_id: string }[][];
let answer: () => unknown;
let isThere: boolean;
let events: Events;

const names = () => sent.map((list) => list.map(({ name }) => name).join(" "));

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  isThere = true;
  answer = () => ({});
  events = new Events(
    async ({ events_list }) => {
      sent.push(events_list);
      return answer();
    },
    () => isThere,
  );
});

afterEach(() => {
  vi.useRealTimers();
});

const refuse = (status: number, wait = 0) => {
  answer = () => {
    throw new ApiError(status, "", "no", wait);
  };
};

describe("events", () => {
  it("gather, and go together once", async () => {
    events.add("a", { n: 1 }, "https://acme.example/x");
    events.add("b", {}, "https://acme.example/x");
    expect(sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(names()).toEqual(["a b"]);
    expect(sent[0]?.[0]).toMatchObject({
      payload: { n: 1 },
      client_context: { page: { url: "https://acme.example/x" } },
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
  });

  it("wait for somebody to tell them of", async () => {
    isThere = false;
    events.add("a", {}, "");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(0);
    isThere = true;
    events.later();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(names()).toEqual(["a"]);
  });

  it("come again, as the same, when the server cannot be reached, and not when it refuses them", async () => {
    refuse(429, 45_000);
    events.add("a", {}, "");
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(sent).toHaveLength(1);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    refuse(400);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(names()).toEqual(["a", "a"]);
    expect(sent[0]?.[0]?.event_id).toBe(sent[1]?.[0]?.event_id);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent).toHaveLength(2);
    expect(console.warn).toHaveBeenCalledTimes(1);
  });

  it("are lists that the server takes, and no more than a page may hold", async () => {
    for (let n = 0; n < 210; n++) events.add(`e${n}`, n < 3 ? { text: "x".repeat(7_000) } : {}, "");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map((list) => list.length).reduce((a, b) => a + b, 0)).toBe(200);
    for (const list of sent) {
      expect(list.length).toBeLessThanOrEqual(50);
      expect(JSON.stringify(list).length).toBeLessThan(16 << 10);
    }
  });

  it("are forgotten at the end", async () => {
    events.add("a", {}, "");
    events.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(0);
  });
});
