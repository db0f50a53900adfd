import { ApiError } from "./api";
import { readJson, type Store } from "./store";

/** A message that has not been sent yet. Its key tells the server that a second try is no second message. */
export type Item = {
  key: string;
  /** The conversation, or what stands for one that its first message begins. */
  to: string;
  body: string;
  files: string[];
  page: string;
  at: string;
  failed?: string;
  /** Whether it would be refused again. */
  final?: boolean;
};

/** Where a message goes that begins a conversation. */
export const isNew = (to: string) => to.startsWith("new:");

type Ways = {
  /** Sends one; returns the conversation that it is in. */
  send: (item: Item) => Promise<string>;
  /** Something about the messages has changed. */
  changed: () => void;
  /** What stood for a conversation has become one. */
  became: (to: string, conversation: string) => void;
};

/** What the messages of somebody are kept under. */
export const nameOf = (owner: string) => `queue:${owner}`;

const firstWait = 1_000;
const longestWait = 30_000;

/**
 * The messages that wait, in order, kept by the browser until the server has them. One is sent at a time; whatever
 * may pass is tried again, later and later.
 */
export class Outbox {
  isSending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = firstWait;
  /** Whose messages these are; nobody's before that is known, and then nothing is sent. */
  #owner: string | undefined;
  #isOver = false;

  constructor(
    private readonly store: Store,
    private readonly ways: Ways,
  ) {}

  get items(): Item[] {
    return this.#owner === undefined ? [] : this.#read(this.#owner);
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  of(to: string): Item[] {
    return this.items.filter((item) => item.to === to);
  }

  /**
   * Says whose messages these are. What others wrote in the same browser waits for them, unseen; the owner takes over
   * what stands under the name `from`.
   */
  own(owner: string, from?: string): void {
    this.#owner = owner;
    if (from === undefined || from === owner) return;
    const taken = this.#read(from);
    if (taken.length === 0) return;
    this.store.remove(nameOf(from));
    this.#write([...this.items, ...taken]);
    this.ways.changed();
  }

  add(item: Item): void {
    this.#write([...this.items, item]);
    this.ways.changed();
    void this.flush();
  }

  retry(key: string): void {
    this.#write(
      this.items.map((item) => {
        if (item.key !== key) return item;
        const { failed: _, ...again } = item;
        return again;
      }),
    );
    this.ways.changed();
    void this.flush();
  }

  discard(key: string): void {
    this.#write(this.items.filter((item) => item.key !== key));
    this.ways.changed();
  }

  /** Sends what waits, now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.isSending || this.#isOver || this.#owner === undefined) return;
    this.isSending = true;
    this.ways.changed();
    try {
      for (let item = this.#next(); item && !this.#isOver; item = this.#next()) await this.#send(item);
      this.#wait = firstWait;
    } catch (error) {
      this.#later(error instanceof ApiError ? error.waitMillis : 0);
    } finally {
      this.isSending = false;
      this.ways.changed();
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** What follows in a conversation that could not be begun waits for its first message. */
  #next(): Item | undefined {
    const stuck = new Set<string>();
    return this.items.find((item) => {
      if (item.failed !== undefined && isNew(item.to)) stuck.add(item.to);
      return item.failed === undefined && !stuck.has(item.to);
    });
  }

  async #send(item: Item): Promise<void> {
    try {
      const conversation = await this.ways.send(item);
      if (this.#isOver) return;
      const rest = this.items.filter(({ key }) => key !== item.key);
      this.#write(rest.map((each) => (each.to === item.to ? { ...each, to: conversation } : each)));
      if (conversation !== item.to) this.ways.became(item.to, conversation);
      this.ways.changed();
    } catch (error) {
      if (this.#isOver) return;
      if (!(error instanceof ApiError) || error.isPassing) throw error;
      this.#write(
        this.items.map((each) =>
          each.key === item.key ? { ...each, failed: error.message, final: error.status === 403 } : each,
        ),
      );
      this.ways.changed();
    }
  }

  #later(atLeast: number): void {
    if (this.#isOver) return;
    const wait = Math.max(atLeast, this.#wait * (0.5 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, longestWait);
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  #read(owner: string): Item[] {
    const kept = readJson<Item[]>(this.store, nameOf(owner), []);
    return Array.isArray(kept) ? kept : [];
  }

  #write(items: Item[]): void {
    if (this.#owner === undefined) return;
    if (items.length === 0) this.store.remove(nameOf(this.#owner));
    else this.store.set(nameOf(this.#owner), JSON.stringify(items));
  }
}
