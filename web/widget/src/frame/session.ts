import type { Identity, Traits } from "../protocol";
import { ApiError, post, type Started, type User } from "./api";
import { readJson, type Store } from "./store";

/** Whose messages are those of a visitor who has said nothing of themselves. */
export const anonymous = "visitor:";

/**
 * Who is at the page, and the token that calls are made with. A visitor's secret is kept by the browser; a session
 * token never is.
 */
export class Session {
  user: User | undefined;
  isExpired = false;
  #token = "";
  #ends = 0;
  #beginning: Promise<void> | undefined;
  #isOver = false;

  constructor(
    private readonly appId: string,
    private readonly store: Store,
    private readonly sessionToken: string | undefined,
    private identity: Identity | undefined,
  ) {
    this.#forgetOthers();
  }

  /** Whose the messages are that wait to be sent. */
  get owner(): string {
    return this.sessionToken ? (this.user?.id ?? "") : anonymous + (this.identity?.user_ref ?? "");
  }

  get token(): string {
    return this.#token;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Comes to the widget, which makes nobody of a visitor who only looks. */
  async start(begin = false): Promise<Started> {
    const secret = this.store.get("secret");
    const got = await post<Started>("widget.start", {
      app_id: this.appId,
      ...(this.sessionToken ? { session_token: this.sessionToken } : this.identity && { identity: this.identity }),
      ...(secret && { visitor_secret: secret }),
      ...(begin && { begin }),
    });
    if (this.#isOver) throw new ApiError(0, "over", "the session is over");
    this.user = got.user;
    this.#token = got.access_token ?? "";
    this.#ends = (got.expires_in ?? 0) * 1000;
    if (got.visitor_secret) this.store.set("secret", got.visitor_secret);
    else if (secret && (this.sessionToken || !got.user)) this.store.remove("secret"); // it leads nowhere any more
    return got;
  }

  /** Makes sure that somebody is there to write. Calls at the same time make one contact. */
  begin(): Promise<void> {
    if (this.#token && !this.#isSpent()) return Promise.resolve();
    if (this.sessionToken && this.#token) return Promise.reject(this.#expire());
    this.#beginning ??= once(() => this.start(true)).finally(() => {
      this.#beginning = undefined;
    });
    return this.#beginning;
  }

  /** Calls an operation as whoever is there. A visitor's token that has run out is exchanged for a new one. */
  async call<T>(operation: string, body: unknown, keepalive = false): Promise<T> {
    await this.renew();
    try {
      return await post<T>(operation, body, this.#token, keepalive);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || this.#isOver) throw error;
      await this.renew(true);
      return post<T>(operation, body, this.#token, keepalive);
    }
  }

  /** Gets a token that is valid, or throws. */
  async renew(isRefused = false): Promise<void> {
    if (this.#isOver) throw new ApiError(0, "over", "the session is over");
    if (this.#token && !isRefused && !this.#isSpent()) return;
    if (this.sessionToken && this.#token) throw this.#expire();
    const id = this.user?.id;
    await this.start();
    if (!this.#token || (id && this.user?.id !== id)) throw this.#expire();
  }

  async update(traits: Traits): Promise<void> {
    if (!this.sessionToken)
      this.identity = { ...this.identity, user_traits: { ...this.identity?.user_traits, ...traits } };
    const { display_name, full_name } = traits;
    if (this.#token && (display_name || full_name))
      await this.call("rev-users.self.update", { display_name, full_name });
    else if (this.user) await this.start();
  }

  /** Ends the session here at once, and at the server if it can be reached. */
  async end(): Promise<void> {
    const token = this.#token;
    this.#isOver = true;
    this.#token = "";
    this.user = undefined;
    this.store.clear();
    if (token) await post("auth-tokens.self.delete", {}, token, true).catch(() => undefined);
  }

  /** A browser's secret is of one person: whom the page names now, or nobody, may be another. */
  #forgetOthers(): void {
    if (this.sessionToken) return; // the server decides, who knows both
    const before = this.store.get("ref");
    const ref = this.identity?.user_ref;
    if (before && before !== ref) this.store.clear();
    if (ref) this.store.set("ref", ref);
  }

  #isSpent(): boolean {
    return this.#ends > 0 && Date.now() > this.#ends - 30_000;
  }

  #expire(): ApiError {
    this.isExpired = true;
    return new ApiError(401, "expired", "the session has ended");
  }
}

async function once(run: () => Promise<unknown>): Promise<void> {
  const work = async () => void (await run());
  // Tabs that begin at the same moment make one visitor: the second finds the first one's secret.
  if (typeof navigator.locks === "undefined") return work();
  await navigator.locks.request("kith:begin", work);
}

/** How far each conversation has been read, by its id: a time. */
export class Marks {
  #marks: Record<string, string>;

  constructor(private readonly store: Store) {
    this.#marks = readJson(store, "read", {});
  }

  get(conversation: string): string {
    return this.#marks[conversation] ?? "";
  }

  set(conversation: string, at: string): void {
    if (at <= this.get(conversation)) return;
    this.#marks = { ...readJson(this.store, "read", this.#marks), [conversation]: at };
    const newest = Object.entries(this.#marks).sort(([, a], [, b]) => b.localeCompare(a));
    this.store.set("read", JSON.stringify(Object.fromEntries(newest.slice(0, 100))));
  }
}
