import { ApiError } from "./api";

/** How long events gather before they are sent. */
const gatherMillis = 1_000;
const retryMillis = 30_000;
/** What a page tells in excess of this before somebody is there to tell it of is dropped. */
const mostKept = 200;
/** Of one list: the server takes no more of a visitor at a time. */
const mostBytes = 12_000;
const mostEvents = 50;

type Tracked = {
  name: string;
  payload: Record<string, unknown>;
  event_id: string;
  event_time: string;
  client_context: Record<string, unknown>;
};

/** What the page tells of its user. It waits until somebody is there whom it can be told of. */
export class Events {
  #kept: Tracked[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSending = false;

  constructor(
    private readonly publish: (body: { events_list: Tracked[] }) => Promise<unknown>,
    private readonly isSomebodyThere: () => boolean,
  ) {}

  add(name: string, payload: Record<string, unknown>, url: string): void {
    if (this.#kept.length >= mostKept) return;
    this.#kept.push({
      name,
      payload,
      event_id: crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-"),
      event_time: new Date().toISOString(),
      client_context: {
        page: { url },
        locale: navigator.language,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        user_agent: navigator.userAgent.slice(0, 500),
      },
    });
    this.later();
  }

  later(millis = gatherMillis): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, millis);
  }

  async flush(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#kept.length > 0 && this.isSomebodyThere()) {
        const list = this.#next();
        try {
          await this.publish({ events_list: list });
        } catch (error) {
          if (error instanceof ApiError && error.isPassing) {
            this.later(Math.max(retryMillis, error.waitMillis));
            return;
          }
          console.warn(`Kith widget: events were refused: ${error instanceof Error ? error.message : error}`);
        }
        this.#kept = this.#kept.filter((each) => !list.includes(each));
      }
    } finally {
      this.#isSending = false;
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#kept = [];
  }

  #next(): Tracked[] {
    let bytes = 0;
    const over = this.#kept.findIndex((each, at) => {
      bytes += new Blob([JSON.stringify(each)]).size;
      return at > 0 && (bytes > mostBytes || at >= mostEvents);
    });
    return over < 0 ? [...this.#kept] : this.#kept.slice(0, over);
  }
}
