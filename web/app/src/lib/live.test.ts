import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live, type LiveNews } from "@/lib/live";

type Connection = { headers: Headers; say: (text: string) => void; end: () => void };

let connections: Connection[];
let open: Live[];

beforeEach(() => {
  connections = [];
  open = [];
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        init.signal?.addEventListener("abort", () => {
          try {
            controller.error(new DOMException("aborted", "AbortError"));
          } catch {} // closed before
        });
        connections.push({
          headers: new Headers(init.headers),
          say: (text) => controller.enqueue(encoder.encode(text)),
          end: () => controller.close(),
        });
      },
    });
    return Promise.resolve(new Response(body, { status: 200 }));
  });
});

afterEach(() => {
  for (const live of open) live.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function listen(name: string): { live: Live; heard: LiveNews[] } {
  const live = new Live(name, "http://kith.test/events.stream");
  open.push(live);
  const heard: LiveNews[] = [];
  live.subscribe((news) => heard.push(news));
  return { live, heard };
}

const connected = (n: number) => vi.waitFor(() => expect(connections.length).toBe(n), { timeout: 5000 });
const frame = (id: number, name: string, data: object) =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

describe("Live", () => {
  it("tells what it hears, also in pieces, and that it missed what was before", async () => {
    const { live, heard } = listen("a");
    await connected(1);
    const event = { type: "tag_created", object: "don:x:tag/1", object_type: "tag" };
    const text = `retry: 2000\n${frame(3, "ready", {})}: still there\n\n${frame(4, "tag_created", event)}`;
    connections[0]?.say(text.slice(0, 30));
    connections[0]?.say(text.slice(30));
    await vi.waitFor(() => expect(heard).toEqual([{ kind: "missed" }, { kind: "event", event }]));
    expect(live.connected).toBe(true);
    expect(connections[0]?.headers.get("Last-Event-ID")).toBeNull();
  });

  it("goes on behind the last event, and says when it could not", async () => {
    const { live, heard } = listen("b");
    await connected(1);
    connections[0]?.say(frame(3, "ready", {}) + frame(7, "tag_created", { type: "tag_created" }));
    await vi.waitFor(() => expect(heard.length).toBe(2));
    connections[0]?.end();
    await connected(2);
    expect(live.connected).toBe(false);
    expect(connections[1]?.headers.get("Last-Event-ID")).toBe("7");
    connections[1]?.say(frame(7, "ready", {}));
    await vi.waitFor(() => expect(live.connected).toBe(true));
    expect(heard.length).toBe(2);
    connections[1]?.end();
    await connected(3);
    connections[2]?.say(frame(1, "reset", {}));
    await vi.waitFor(() => expect(heard[2]).toEqual({ kind: "missed" }));
  });

  it("ends when it is closed", async () => {
    const { live, heard } = listen("c");
    await connected(1);
    live.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connections.length).toBe(1);
    expect(heard).toEqual([]);
  });
});
