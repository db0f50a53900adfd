import { hexColor, inkOn, textOn } from "../color";
import type { FromFrame, Start, Theme, ToFrame } from "../protocol";
import { ApiError, type Conversation, type Entry, type Started } from "./api";
import { Composer, type Draft } from "./composer";
import { button, h, put } from "./dom";
import { Events } from "./events";
import { upload } from "./files";
import { HomeView } from "./home";
import { Model, titleOf } from "./model";
import { type Item, isNew, Outbox } from "./outbox";
import { anonymous, Marks, Session } from "./session";
import type { Store } from "./store";
import { Stream, type StreamEvent } from "./stream";
import { words } from "./strings";
import { ThreadView } from "./thread";

const surfaces = { light: "#ffffff", dark: "#17191e" };
const pageSize = 30;
/** Of how many conversations it is looked up at the start whether answers came meanwhile. */
const lookedUp = 5;
/** A tab that nobody sees gives its connection back: browsers have few for one server. */
const hiddenMillis = 60_000;
const firstWait = 1_000;
const longestWait = 30_000;

/** The widget inside its frame. */
export class App {
  readonly #session: Session;
  readonly #model: Model;
  readonly #outbox: Outbox;
  readonly #stream: Stream;
  readonly #events: Events;
  readonly #composer: Composer;
  readonly #threadView: ThreadView;
  readonly #homeView: HomeView;
  readonly #drafts = new Map<string, Draft>();
  readonly #notice = h("p", { class: "notice", role: "status", hidden: true });
  readonly #main = h("main");
  readonly #title = h("h1", { dir: "auto", tabindex: -1 });
  readonly #back = button("back", words.back, () => this.#go(undefined));
  readonly #root: HTMLElement;
  #started: Started | undefined;
  #theme: Theme | undefined;
  #page: string;
  /** The conversation that is shown, or what stands for a new one; nothing for all of them. */
  #to: string | undefined;
  #held: Entry[] = [];
  #isListed = false;
  #isOpen = false;
  #isUp = true;
  #isOver = false;
  #told = -1;
  #hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly asked: Start,
    private readonly store: Store,
    appId: string,
    private readonly tell: (message: FromFrame) => void,
  ) {
    this.#theme = asked.theme;
    this.#page = asked.page;
    if (asked.fresh) store.clear();
    this.#session = new Session(appId, store, asked.session_token, asked.identity);
    this.#model = new Model(new Marks(store), () => this.#session.user);
    this.#outbox = new Outbox(store, {
      send: (item) => this.#deliver(item),
      changed: () => this.#queueChanged(),
      became: (to, conversation) => this.#became(to, conversation),
    });
    this.#stream = new Stream({
      token: async (isRefused) => {
        await this.#session.renew(isRefused);
        return this.#session.token;
      },
      tell: (event) => this.#happened(event),
      up: (isUp) => this.#connected(isUp),
    });
    this.#events = new Events(
      (body) => this.#session.call("track-events.publish", body, true), // also when the page is left
      () => !this.#isOver && Boolean(this.#session.user),
    );
    this.#composer = new Composer((draft) => this.#write(draft));
    this.#threadView = new ThreadView({
      model: this.#model,
      outbox: this.#outbox,
      session: this.#session,
      earlier: () => this.#load(this.#to ?? "", true),
      team: () => this.#started?.team_name ?? "",
    });
    this.#homeView = new HomeView({
      model: this.#model,
      open: (to) => this.#go(to),
      begin: () => this.#go(newOne()),
      more: () => this.#list(this.#model.more),
    });
    this.#root = h(
      "div",
      {
        class: "app",
        dragover: (event) => event.preventDefault(),
        drop: (event) => this.#to && this.#composer.drop(event as DragEvent),
      },
      h(
        "header",
        {},
        this.#back,
        this.#title,
        button("close", words.close, () => tell({ type: "close" }), "shut"),
      ),
      this.#notice,
      this.#main,
    );
    this.#listen();
  }

  get element(): HTMLElement {
    return this.#root;
  }

  /** Lets whoever is at the page in, as soon as the server can be reached. */
  async start(): Promise<void> {
    for (let wait = firstWait; !this.#isOver; wait = Math.min(wait * 2, longestWait)) {
      try {
        return this.#came(await this.#session.start());
      } catch (error) {
        if (this.#isOver) return;
        if (!(error instanceof ApiError) || error.status === 401 || !error.isPassing) {
          return this.tell({ type: "refused", reason: error instanceof Error ? error.message : String(error) });
        }
        await new Promise((resolve) =>
          setTimeout(resolve, Math.max(error.waitMillis, wait * (0.5 + Math.random() / 2))),
        );
      }
    }
  }

  hear(message: ToFrame): void {
    switch (message.type) {
      case "open":
        this.#opened(message);
        return;
      case "closed":
        this.#isOpen = false;
        return;
      case "theme":
        this.#theme = message.theme ?? (this.#isDark() ? "light" : "dark");
        this.#wear();
        return;
      case "identity":
        void this.#session.update(message.traits).catch((error) => console.warn(`Kith widget: ${error.message}`));
        return;
      case "page":
        this.#page = message.page;
        return;
      case "track":
        this.#events.add(message.name, message.payload, message.page);
        return;
      case "shutdown":
        void this.#end();
        return;
      default:
        return;
    }
  }

  #came(started: Started): void {
    this.#started = started;
    if (this.#session.user || !this.asked.session_token) this.#outbox.own(this.#session.owner, anonymous);
    this.#wear();
    if (this.#session.user) this.#stream.start();
    void this.#outbox.flush();
    this.#events.later();
    this.#render();
  }

  // What is said and heard

  async #write({ text, files }: Draft): Promise<void> {
    const to = this.#to;
    if (!to) return;
    const ids: string[] = [];
    if (files.length > 0) {
      if (!navigator.onLine) throw new Error(words.noFiles);
      await this.#begin();
      for (const file of files) ids.push(await upload(this.#session, file));
    }
    if (this.#isOver) return;
    this.#drafts.delete(keyOf(to));
    this.#outbox.add({
      key: crypto.randomUUID?.() ?? newOne(),
      to,
      body: text,
      files: ids,
      page: this.#page,
      at: new Date().toISOString(),
    });
  }

  async #begin(): Promise<void> {
    const before = this.#session.user?.id;
    await this.#session.begin();
    if (!this.#session.user || before) return;
    this.#stream.start();
    this.#events.later();
  }

  async #deliver(item: Item): Promise<string> {
    await this.#begin();
    const artifacts = item.files.length > 0 && { artifacts: item.files };
    if (isNew(item.to)) {
      const title = titleOf(item.body);
      const { conversation } = await this.#session.call<{ conversation: Conversation }>("conversations.create", {
        type: "support",
        ...(title && { title }),
        messages: [{ body: item.body, ...artifacts }],
        source_channel: "plug",
        metadata: { url_context: item.page },
        idempotency_key: item.key,
      });
      if (this.#isOver) return conversation.id;
      this.#model.put(conversation);
      this.#model.thread(conversation.id).isLoaded = true;
      this.tell({ type: "began", conversation_id: conversation.id });
      return conversation.id;
    }
    const { timeline_entry } = await this.#session.call<{ timeline_entry: Entry }>("timeline-entries.create", {
      type: "timeline_comment",
      object: item.to,
      body: item.body,
      visibility: "external",
      ...artifacts,
      idempotency_key: item.key,
    });
    if (!this.#isOver) this.#model.say(timeline_entry);
    return timeline_entry.object;
  }

  #became(to: string, conversation: string): void {
    if (this.#to === to) this.#to = conversation;
  }

  #queueChanged(): void {
    if (this.#isOver) return;
    if (!this.#outbox.isSending) {
      for (const entry of this.#held.splice(0)) this.#model.say(entry);
    }
    this.#render();
  }

  #happened({ name, data }: StreamEvent): void {
    if (this.#isOver) return;
    if (name === "ready" || name === "reset") return void this.#refresh();
    let event: { object?: string; object_type?: string; timeline_entry?: Entry };
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    const { object, timeline_entry: entry } = event;
    if (!object) return;
    if (entry) this.#hearEntry(object, entry);
    else if (name === "conversation_deleted") this.#lose(object);
    else if (name.startsWith("conversation_") || name.startsWith("timeline_entry_")) void this.#look(object);
  }

  #hearEntry(conversation: string, entry: Entry): void {
    // What is just being sent from here is shown already; its answer tells which entry it is.
    if (this.#outbox.isSending && this.#model.isMine(entry)) this.#held.push(entry);
    else this.#model.say(entry);
    if (!this.#model.conversations.has(conversation)) void this.#look(conversation);
    this.#render();
  }

  #lose(conversation: string): void {
    this.#model.drop(conversation);
    if (this.#to === conversation) this.#go(undefined);
    this.#render();
  }

  /** Reads one conversation anew. */
  async #look(id: string): Promise<void> {
    try {
      const { conversation } = await this.#session.call<{ conversation: Conversation }>("conversations.get", { id });
      this.#model.put(conversation);
      if (conversation.id !== id) {
        // The team has made one of two.
        this.#model.drop(id);
        this.#became(id, conversation.id);
        await this.#load(conversation.id);
      }
      this.#render();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#lose(id);
    }
  }

  /** Reads what may have changed while nothing was heard. */
  async #refresh(): Promise<void> {
    try {
      await this.#list();
      const behind = this.#model
        .list()
        .slice(0, lookedUp)
        .filter((each) => this.#model.isBehind(each))
        .map(({ id }) => id);
      for (const id of new Set([...(this.#to && !isNew(this.#to) ? [this.#to] : []), ...behind])) await this.#load(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what does not come now comes with the next connection
    }
  }

  async #list(cursor?: string): Promise<void> {
    const got = await this.#session.call<{ conversations: Conversation[]; next_cursor?: string }>(
      "conversations.list",
      {
        limit: pageSize,
        sort_by: ["last_message_date:desc"],
        ...(cursor && { cursor }),
      },
    );
    if (this.#isOver) return;
    for (const each of got.conversations) this.#model.put(each);
    if (cursor || !this.#isListed) this.#model.more = got.next_cursor;
    this.#isListed = true;
    if (this.#isOpen && this.#to === undefined && this.#model.conversations.size === 0) this.#choose();
    this.#render();
  }

  /** Reads what was said last, or before what is known. */
  async #load(id: string, isEarlier = false): Promise<void> {
    const thread = this.#model.thread(id);
    const cursor = isEarlier ? thread.earlier : undefined;
    const got = await this.#session.call<{ timeline_entries: Entry[]; prev_cursor?: string }>("timeline-entries.list", {
      object: id,
      collections: ["discussions"],
      limit: pageSize,
      mode: "before",
      ...(cursor && { cursor }),
    });
    if (this.#isOver) return;
    const knew = thread.entries.size > 0;
    for (const entry of got.timeline_entries) this.#model.say(entry);
    const { prev_cursor } = got;
    if (isEarlier || !thread.isLoaded || !knew) {
      if (prev_cursor) thread.earlier = prev_cursor;
      else delete thread.earlier;
    }
    thread.isLoaded = true;
    if (!this.#isSeen(id) && this.#model.unread(id) === 0) this.#model.read(id);
    this.#render();
  }

  // What is shown

  #opened({ compose, text }: { compose?: boolean; text?: string }): void {
    this.#isOpen = true;
    if (compose || text !== undefined) this.#go(newOne());
    else if (this.#to === undefined) this.#choose();
    const { draft } = this.#composer;
    if (text !== undefined && draft.text.trim() === "" && draft.files.length === 0)
      this.#composer.draft = { text, files: [] };
    this.#render();
    if (this.#to) this.#composer.focus();
    else this.#homeView.focus();
  }

  /** Goes where there is something to do: to the one answer, or to the only thing that one can do. */
  #choose(): void {
    const { conversations } = this.#model;
    const answered = [...conversations.keys()].filter((id) => this.#model.unread(id) > 0);
    if (answered.length === 1) this.#go(answered[0]);
    else if (conversations.size === 0 && (this.#isListed || !this.#session.user))
      this.#go(this.#outbox.items.at(-1)?.to ?? newOne());
  }

  #go(to: string | undefined): void {
    if (this.#to) this.#drafts.set(keyOf(this.#to), this.#composer.draft);
    this.#to = to;
    if (to) this.#composer.draft = this.#drafts.get(keyOf(to)) ?? { text: "", files: [] };
    if (to && !isNew(to) && !this.#model.thread(to).isLoaded) void this.#load(to).catch(() => undefined);
    this.#render();
    if (to && !matchMedia("(pointer: coarse)").matches) this.#composer.focus();
    else if (this.#isOpen) this.#title.focus();
  }

  #isSeen(conversation: string): boolean {
    return this.#isOpen && this.#to === conversation && document.visibilityState === "visible";
  }

  #render(): void {
    const started = this.#started;
    if (!started || this.#isOver) return;
    const { appearance, team_name } = started;
    const to = this.#to;
    if (to && this.#isSeen(to)) this.#model.read(to);
    const title = (to && this.#model.conversations.get(to)?.title) || team_name;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    this.#back.hidden = !to || this.#model.conversations.size === 0;
    if (to) this.#threadView.render(to, appearance);
    else this.#homeView.render(appearance, this.#mayWrite());
    put(
      this.#main,
      to ? this.#threadView.element : this.#homeView.element,
      to && (this.#mayWrite() ? this.#composer.element : h("p", { class: "empty" }, words.signInFirst)),
    );
    if (to) this.#threadView.settle();
    this.#notify();
    const unread = this.#model.allUnread();
    if (unread === this.#told || (unread === 0 && this.#told < 0)) return;
    this.#told = unread;
    this.tell({ type: "unread", count: unread });
  }

  #mayWrite(): boolean {
    return Boolean(this.#session.user || this.asked.identity || this.#started?.allow_anonymous);
  }

  #notify(): void {
    let text = "";
    if (this.#session.isExpired) text = words.expired;
    else if (!navigator.onLine) text = words.offline;
    else if (!this.#isUp) text = words.lost;
    this.#notice.hidden = text === "";
    if (this.#notice.textContent !== text) this.#notice.textContent = text;
  }

  #connected(isUp: boolean): void {
    this.#isUp = isUp;
    if (isUp && this.#outbox.isWaiting) void this.#outbox.flush();
    this.#render();
  }

  #isDark(): boolean {
    const theme = this.#theme ?? this.#started?.appearance.theme ?? "system";
    return theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  #wear(): void {
    const started = this.#started;
    if (!started) return;
    const { appearance, team_name } = started;
    const scheme = this.#isDark() ? "dark" : "light";
    const accent = hexColor(this.asked.accent_color) ?? hexColor(appearance.accent_color) ?? "#007469";
    const onAccent = textOn(accent, hexColor(this.asked.primary_text_color));
    const { dataset, style } = document.documentElement;
    dataset.theme = scheme;
    style.setProperty("--accent", accent);
    style.setProperty("--on-accent", onAccent);
    style.setProperty("--accent-ink", inkOn(surfaces[scheme], accent));
    document.documentElement.dir = this.asked.dir === "rtl" ? "rtl" : "ltr";
    const { alignment, spacing, launcher } = appearance;
    this.tell({ type: "ready", look: { accent, onAccent, alignment, launcher, team: team_name, ...spacing } });
  }

  // What happens around it

  #listen(): void {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#wear());
    addEventListener("online", () => {
      this.#stream.hurry();
      void this.#outbox.flush();
      this.#render();
    });
    addEventListener("offline", () => this.#render());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.tell({ type: "close" });
    });
    document.addEventListener("visibilitychange", () => this.#seen(document.visibilityState === "visible"));
    // A page in the back/forward cache must not hold a connection.
    addEventListener("pagehide", () => {
      this.#stream.stop();
      void this.#events.flush();
    });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#seen(true));
    this.store.watch((name, value) => {
      if (name.startsWith("queue:")) this.#render();
      if (name !== "secret" || this.asked.session_token || this.#isOver) return;
      // Another tab has begun to write, or has shut the widget down.
      if (this.#session.user) location.reload();
      else if (value) void this.start();
    });
  }

  #seen(isVisible: boolean): void {
    clearTimeout(this.#hiding);
    if (this.#isOver || !this.#session.user) return;
    if (!isVisible) {
      this.#hiding = setTimeout(() => this.#stream.stop(), hiddenMillis);
      return;
    }
    this.#stream.start();
    this.#render();
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#hiding);
    this.#outbox.end();
    this.#events.end();
    this.#stream.stop();
    this.#model.clear();
    this.#drafts.clear();
    this.#root.replaceChildren();
    const isTold = this.#session.end();
    await isTold;
    this.tell({ type: "ended" });
  }
}

/** Drafts of conversations that have not begun are one. */
function keyOf(to: string): string {
  return isNew(to) ? "new:" : to;
}

function newOne(): string {
  return `new:${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}
