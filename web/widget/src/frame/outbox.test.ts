import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryStore } from "../testing/memory";
import { ApiError } from "./api";
import { type Item, Outbox } from "./outbox";

function message(key: string, to = "new:1"): Item {
  return { key, to, body: key, files: [], page: "https://shop.example/", at: "" };
}

function box(send: (item: Item) => Promise<string>, store = memoryStore()) {
  const became: string[] = [];
  const outbox = new Outbox(store, {
    send,
    changed: () => undefined,
    became: (from, to) => became.push(`${from}>${to}`),
  });
  outbox.own("visitor");
  return { outbox, store, became };
}

const lost = new ApiError(0, "unreachable", "no answer");

describe("outbox", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends one at a time, in order, into the conversation that the first one begins", async () => {
    const sent: string[] = [];
    const { outbox, became, store } = box(async ({ key, to }) => {
      sent.push(`${key} to ${to}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return "CONV-1";
    });
    for (const key of ["a", "b", "c"]) outbox.add(message(key));
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual(["a to new:1", "b to CONV-1", "c to CONV-1"]);
    expect(became).toEqual(["new:1>CONV-1"]);
    expect(store.kept["queue:visitor"]).toBeUndefined();
  });

  it("does not offer to try again what would be refused again", async () => {
    const { outbox } = box(async ({ key }) => {
      throw new ApiError(key === "a" ? 403 : 400, "refused", "no");
    });
    outbox.add(message("a", "CONV-1"));
    outbox.add(message("b", "CONV-1"));
    await vi.advanceTimersByTimeAsync(100);
    expect(outbox.items.map(({ key, failed, final }) => [key, failed, final])).toEqual([
      ["a", "no", true],
      ["b", "no", false],
    ]);
  });

  it("tries what got no answer again with the same key, later and later, and keeps it meanwhile", async () => {
    const tried: { key: string; at: number }[] = [];
    const began = Date.now();
    const { outbox, store } = box(async ({ key }) => {
      tried.push({ key, at: Date.now() - began });
      if (tried.length < 4) throw lost;
      return "CONV-1";
    });
    outbox.add(message("a"));
    outbox.add(message("b"));
    await vi.advanceTimersByTimeAsync(100);
    expect(outbox.isWaiting).toBe(true);
    expect(JSON.parse(store.kept["queue:visitor"] ?? "").map(({ key }: Item) => key)).toEqual(["a", "b"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tried.map(({ key }) => key)).toEqual(["a", "a", "a", "a", "b"]);
    const waits = tried.slice(1, 4).map(({ at }, n) => at - (tried[n]?.at ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
    expect(store.kept["queue:visitor"]).toBeUndefined();
  });

  it("waits as long as the server asks", async () => {
    let tries = 0;
    const { outbox } = box(async () => {
      if (++tries === 1) throw new ApiError(429, "too_many_requests", "slow down", 20_000);
      return "CONV-1";
    });
    outbox.add(message("a"));
    await vi.advanceTimersByTimeAsync(19_000);
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tries).toBe(2);
  });

  it("does not go on with what was refused, but with what has nothing to do with it", async () => {
    const sent: string[] = [];
    let isRefused = true;
    const { outbox } = box(async ({ key, to }) => {
      if (key === "a" && isRefused) throw new ApiError(400, "invalid_field", "too long");
      sent.push(key);
      return to.startsWith("new:") ? "CONV-1" : to;
    });
    outbox.add(message("a"));
    outbox.add(message("b"));
    outbox.add(message("c", "CONV-9"));
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toEqual(["c"]);
    expect(outbox.items.map(({ key, failed }) => [key, failed])).toEqual([
      ["a", "too long"],
      ["b", undefined],
    ]);
    isRefused = false;
    outbox.retry("a");
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toEqual(["c", "a", "b"]);
  });

  it("goes on after a reload with what was kept", async () => {
    const store = memoryStore();
    box(() => new Promise(() => undefined), store).outbox.add(message("a"));
    const sent: string[] = [];
    const { outbox } = box(async ({ key }) => {
      sent.push(key);
      return "CONV-1";
    }, store);
    await outbox.flush();
    expect(sent).toEqual(["a"]);
  });

  it("keeps what others wrote apart, and gives a visitor's messages to the person that they turn out to be", async () => {
    const store = memoryStore();
    const { outbox } = box(() => new Promise(() => undefined), store);
    outbox.add(message("a"));
    outbox.own("REVU-1", "visitor");
    expect(outbox.items).toHaveLength(1);
    const sent: string[] = [];
    const other = box(async ({ key }) => {
      sent.push(key);
      return "CONV-1";
    }, store).outbox;
    other.own("REVU-2", "visitor");
    expect(other.items).toHaveLength(0);
    other.add(message("b"));
    await vi.waitFor(() => expect(sent).toEqual(["b"]));
    expect(outbox.items.map(({ key }) => key)).toEqual(["a"]);
    other.own("visitor", "visitor");
    expect(other.items).toHaveLength(0);
  });

  it("sends nothing before it is known whose it is", async () => {
    const store = memoryStore();
    box(() => new Promise(() => undefined), store).outbox.add(message("a"));
    const sent: string[] = [];
    const outbox = new Outbox(store, {
      send: async ({ key }) => {
        sent.push(key);
        return "CONV-1";
      },
      changed: () => undefined,
      became: () => undefined,
    });
    await outbox.flush();
    expect(sent).toEqual([]);
    expect(outbox.items).toEqual([]);
    outbox.own("visitor");
    await outbox.flush();
    expect(sent).toEqual(["a"]);
  });

  it("sends nothing any more once it has ended", async () => {
    let tries = 0;
    const { outbox } = box(async () => {
      tries++;
      throw lost;
    });
    outbox.add(message("a"));
    await vi.advanceTimersByTimeAsync(10);
    outbox.end();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(tries).toBe(1);
  });
});
