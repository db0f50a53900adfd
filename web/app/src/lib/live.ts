/** What has happened to a record, as the server tells it. */
export type LiveEvent = {
  type: string;
  /** The record's full id; of a comment, that of the record it is on. */
  object: string;
  object_type: string;
  timeline_entry?: unknown;
  /** Of notification_created, which one member alone is told. */
  notification?: unknown;
  /** Of typing and viewing: who does it. */
  user?: { id: string; display_name?: string };
};

/** Whether it tells what somebody is doing just now, which changes nothing. */
export function isSign(event: LiveEvent): boolean {
  return event.type === "typing" || event.type === "viewing";
}

/** "missed" tells that events may have been lost: what is shown has to be read again. */
export type LiveNews = { kind: "event"; event: LiveEvent } | { kind: "missed" };

type Listener = (news: LiveNews) => void;

/** How long to wait before the next try, by how many have failed. */
function patience(failures: number): number {
  const wait = Math.min(60_000, 1000 * 2 ** Math.min(failures, 6));
  return wait / 2 + Math.random() * (wait / 2); // not all browsers at once
}

/**
 * Follows `events.stream` for all windows of a browser: one of them, whoever holds the lock, has the connection and
 * passes on what it hears. When that one closes, another goes on behind the last event it knows.
 */
export class Live {
  private readonly listeners = new Set<Listener>();
  private readonly channel: BroadcastChannel | undefined;
  private readonly ending = new AbortController();
  private cursor: string | undefined;
  private begun = false;
  /** Whether this window or the one it hears from is connected. */
  connected = false;
  /** Whether this window has the connection. */
  leads = false;

  /** `name` is whose events these are: windows of other sessions hear nothing. */
  constructor(
    private readonly name: string,
    private readonly url = `${window.location.origin}/internal/events.stream`,
  ) {
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`kith-live-${name}`) : undefined;
    this.channel?.addEventListener("message", ({ data }: MessageEvent<Heard>) => this.take(data));
  }

  /** Has `listener` called with everything that happens, until the function returned is called. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    this.begin();
    return () => this.listeners.delete(listener);
  }

  /** Ends the connection, for good. */
  close(): void {
    this.ending.abort();
    this.channel?.close();
    this.listeners.clear();
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { signal } = this.ending;
    // Only secure contexts have locks. Elsewhere each window in sight has a connection of its own.
    if (navigator.locks) {
      navigator.locks.request(`kith-live-${this.name}`, { signal }, () => this.follow()).catch(() => undefined);
    } else {
      void this.follow();
    }
  }

  /** Connects again and again until closed. */
  private async follow(): Promise<void> {
    const { signal } = this.ending;
    this.leads = true;
    for (let failures = 0; !signal.aborted; failures++) {
      if (!navigator.locks) await inSight(signal);
      try {
        for await (const heard of this.read(signal)) {
          failures = 0;
          this.take(heard);
          this.channel?.postMessage(heard);
        }
      } catch {
        // The server is away, or the session has ended; either shows elsewhere.
      }
      this.connected = false;
      await pause(patience(failures), signal);
    }
  }

  /** The frames of one connection. */
  private async *read(signal: AbortSignal): AsyncGenerator<Heard> {
    const connection = new AbortController();
    const abort = () => connection.abort();
    signal.addEventListener("abort", abort);
    const hide = () => document.hidden && !navigator.locks && abort();
    document.addEventListener("visibilitychange", hide);
    // The server says at least a word every quarter of a minute.
    let silence = setTimeout(abort, 60_000);
    try {
      const response = await fetch(this.url, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { Accept: "text/event-stream", ...(this.cursor ? { "Last-Event-ID": this.cursor } : {}) },
        signal: connection.signal,
      });
      if (!response.ok || !response.body) throw new Error(`events.stream answered ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(silence);
        silence = setTimeout(abort, 60_000);
        const frames = (rest + part.value).split("\n\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) {
          const heard = parse(frame);
          if (heard) yield heard;
        }
      }
    } finally {
      clearTimeout(silence);
      document.removeEventListener("visibilitychange", hide);
      signal.removeEventListener("abort", abort);
      abort();
    }
  }

  private take(heard: Heard): void {
    this.connected = true;
    const fresh = this.cursor === undefined;
    this.cursor = heard.id ?? this.cursor;
    // What happened between reading and connecting was told to nobody.
    if (heard.name === "reset" || (heard.name === "ready" && fresh)) this.tell({ kind: "missed" });
    else if (heard.name !== "ready" && heard.name !== "at")
      this.tell({ kind: "event", event: heard.data as LiveEvent });
  }

  private tell(news: LiveNews): void {
    for (const listener of this.listeners) listener(news);
  }
}

/** A frame of the stream. What is not kept has no id. */
type Heard = { id: string | undefined; name: string; data: unknown };

/** One frame of the stream; undefined for a comment. */
function parse(frame: string): Heard | undefined {
  const fields = new Map<string, string>();
  for (const line of frame.split("\n")) {
    const at = line.indexOf(": ");
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 2));
  }
  const [id, name, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
  return name && data ? { id, name, data: JSON.parse(data) } : undefined;
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function inSight(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}
