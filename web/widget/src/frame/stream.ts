import { ApiError, refusal } from "./api";

export type StreamEvent = { id: string; name: string; data: string };

type Ways = {
  /** A token that is valid, or an error: passing ones are tried again. */
  token: (isRefused: boolean) => Promise<string>;
  tell: (event: StreamEvent) => void;
  /** Whether the connection stands. */
  up: (isUp: boolean) => void;
};

const firstWait = 1_000;
const longestWait = 30_000;
/** Longer than the server is ever silent. */
const silenceMillis = 40_000;

/** Follows what happens, from where it was left after a break. */
export class Stream {
  #cursor = "";
  #abort: AbortController | undefined;
  #wake: (() => void) | undefined;
  #isOn = false;

  constructor(private readonly ways: Ways) {}

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    void this.#run();
  }

  stop(): void {
    this.#isOn = false;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Does not wait any longer before the next try. */
  hurry(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    let wait = firstWait;
    let isRefused = false;
    while (this.#isOn && this.#abort === abort) {
      try {
        const token = await this.ways.token(isRefused);
        isRefused = false;
        await this.#listen(token, abort, () => {
          wait = firstWait;
        });
      } catch (error) {
        if (error instanceof ApiError && (!error.isPassing || error.type === "expired")) {
          if (this.#abort === abort) this.#isOn = false; // whoever comes then may start it
          return this.ways.up(false);
        }
        isRefused = error instanceof ApiError && error.status === 401;
      }
      if (!this.#isOn || this.#abort !== abort) return;
      this.ways.up(false);
      await this.#sleep(wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, longestWait);
    }
  }

  async #listen(token: string, abort: AbortController, isUp: () => void): Promise<void> {
    const one = new AbortController();
    const leave = () => one.abort();
    abort.signal.addEventListener("abort", leave);
    let silence = setTimeout(leave, silenceMillis);
    try {
      const answer = await fetch("/events.stream", {
        headers: { Authorization: token, ...(this.#cursor && { "Last-Event-ID": this.#cursor }) },
        credentials: "omit",
        cache: "no-store",
        signal: one.signal,
      });
      if (!answer.ok || !answer.body) throw await refusal(answer);
      isUp();
      this.ways.up(true);
      const read = reader((event) => {
        if (one.signal.aborted) return;
        if (event.id) this.#cursor = event.id;
        this.ways.tell(event);
      });
      const body = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await body.read(); !part.done; part = await body.read()) {
        clearTimeout(silence);
        silence = setTimeout(leave, silenceMillis);
        read(part.value);
      }
    } finally {
      clearTimeout(silence);
      abort.signal.removeEventListener("abort", leave);
    }
  }

  #sleep(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Returns what takes the text of a stream, in whatever pieces it comes, and tells its events. */
export function reader(tell: (event: StreamEvent) => void): (text: string) => void {
  let rest = "";
  let event = { id: "", name: "message", data: [] as string[] };
  const line = (text: string) => {
    if (text === "") {
      if (event.data.length > 0) tell({ ...event, data: event.data.join("\n") });
      event = { id: "", name: "message", data: [] };
      return;
    }
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(text) ?? [];
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") event.data.push(value);
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(line);
  };
}
