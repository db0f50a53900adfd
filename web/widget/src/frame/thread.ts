import type { Appearance, Entry } from "./api";
import { h, put } from "./dom";
import { fileView } from "./files";
import { markdown } from "./markdown";
import { exactly, type Model, when } from "./model";
import type { Item, Outbox } from "./outbox";
import type { Session } from "./session";
import { words } from "./strings";

type Parts = { model: Model; outbox: Outbox; session: Session; earlier: () => Promise<void>; team: () => string };

/** What was said in a conversation, and what waits to be sent to it. */
export class ThreadView {
  readonly element = h("div", { class: "thread" });
  readonly #log = h("div", { role: "log", class: "log", "aria-live": "polite", "aria-label": words.log });
  readonly #earlier: HTMLButtonElement;
  /** What is shown, by what it was made of: nothing is made again that has not changed. */
  readonly #shown = new Map<string, { of: string; element: HTMLElement }>();
  #to = "";
  #follows = true;

  constructor(private readonly parts: Parts) {
    this.#earlier = h("button", { type: "button", class: "quiet", click: () => void this.#goBack() }, words.earlier);
  }

  render(to: string, look: Appearance): void {
    const isOther = to !== this.#to;
    if (isOther) this.#shown.clear();
    this.#to = to;
    const { model, outbox } = this.parts;
    const waiting = outbox.of(to);
    const entries = model.entries(to);
    const thread = model.thread(to);
    this.#follows = isOther || this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 80;
    const isClosed = model.conversations.get(to)?.stage?.state?.is_final && waiting.length === 0;
    put(
      this.#log,
      ...entries.map((entry, at) => this.#entry(entry, entries[at - 1])),
      ...waiting.map((item) => this.#waiting(item)),
    );
    put(
      this.element,
      entries.length + waiting.length === 0 && to.startsWith("new:") && this.#greeting(look),
      !thread.isLoaded &&
        entries.length + waiting.length === 0 &&
        !to.startsWith("new:") &&
        h("p", { class: "empty" }, words.loading),
      thread.earlier !== undefined && this.#earlier,
      this.#log,
      isClosed && this.#kept("closed", "", () => h("p", { class: "empty" }, words.resolved)),
    );
  }

  /** Shows the end, once it is on the page, to who was there before. */
  settle(): void {
    if (this.#follows) this.element.scrollTop = this.element.scrollHeight;
  }

  #greeting(look: Appearance): HTMLElement {
    return this.#kept("greeting", look.greeting + look.welcome_text, () =>
      h(
        "div",
        { class: "greeting" },
        h("h2", { dir: "auto" }, look.greeting),
        h("p", { dir: "auto" }, look.welcome_text),
      ),
    );
  }

  #kept(key: string, of: string, make: () => HTMLElement): HTMLElement {
    const known = this.#shown.get(key);
    if (known?.of === of) return known.element;
    const element = make();
    this.#shown.set(key, { of, element });
    return element;
  }

  #entry(entry: Entry, before: Entry | undefined): HTMLElement {
    const isMine = this.parts.model.isMine(entry);
    const author = isMine ? words.you : entry.created_by?.display_name || this.parts.team();
    const goesOn =
      before?.created_by?.id === entry.created_by?.id &&
      Date.parse(entry.created_date) - Date.parse(before?.created_date ?? "") < 5 * 60_000;
    return this.#kept(entry.id, JSON.stringify([entry, isMine, goesOn]), () => {
      const bubble = h("div", { class: "bubble", dir: "auto" });
      if (entry.is_deleted) bubble.append(h("em", {}, words.deleted));
      else if (entry.body) bubble.append(markdown(entry.body, (id) => nameOf(entry, id)));
      for (const file of entry.artifacts ?? []) bubble.append(fileView(this.parts.session, file));
      return h(
        "div",
        { class: isMine ? "mine" : "theirs" },
        h(
          "p",
          { class: goesOn ? "by hidden" : "by" },
          h("span", { dir: "auto" }, author),
          " ",
          timeOf(entry.created_date),
        ),
        bubble,
      );
    });
  }

  #waiting(item: Item): HTMLElement {
    const { outbox } = this.parts;
    const state =
      item.failed === undefined
        ? outbox.isWaiting || !navigator.onLine
          ? words.waiting
          : words.sending
        : item.final
          ? words.refused
          : words.failed(item.failed);
    return this.#kept(item.key, JSON.stringify([item, state]), () => {
      const bubble = h("div", { class: "bubble", dir: "auto" }, markdown(item.body));
      if (item.files.length > 0) bubble.append(h("p", { class: "size" }, `+ ${item.files.length}`));
      return h(
        "div",
        { class: item.failed === undefined ? "mine pending" : "mine failed" },
        h("p", { class: "by hidden" }, words.you),
        bubble,
        h(
          "p",
          { class: "state" },
          state,
          item.failed !== undefined &&
            !item.final &&
            h("button", { type: "button", class: "quiet", click: () => outbox.retry(item.key) }, words.retry),
          item.failed !== undefined &&
            h("button", { type: "button", class: "quiet", click: () => outbox.discard(item.key) }, words.discard),
        ),
      );
    });
  }

  async #goBack(): Promise<void> {
    this.#earlier.disabled = true;
    const fromEnd = this.element.scrollHeight - this.element.scrollTop;
    await this.parts.earlier();
    this.#earlier.disabled = false;
    this.element.scrollTop = this.element.scrollHeight - fromEnd;
  }
}

function timeOf(date: string): HTMLElement {
  return h("time", { datetime: date, title: exactly(date) }, when(date));
}

function nameOf(entry: Entry, id: string): string | undefined {
  const found = entry.references?.find((each) => each.id === id);
  return found && `@${found.display_name ?? found.name ?? found.display_id}`;
}
