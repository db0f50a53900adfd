import type { Appearance, Conversation } from "./api";
import { h, icon, put } from "./dom";
import { lastOf, type Model, when } from "./model";
import { words } from "./strings";

type Parts = { model: Model; open: (to: string) => void; begin: () => void; more: () => Promise<void> };

/** All conversations of whoever is there. */
export class HomeView {
  readonly element = h("div", { class: "home" });
  readonly #list = h("ul", { class: "list" });
  readonly #begin: HTMLButtonElement;
  readonly #more: HTMLButtonElement;

  constructor(private readonly parts: Parts) {
    this.#begin = h(
      "button",
      { type: "button", class: "primary", click: parts.begin },
      icon("plus"),
      words.newConversation,
    );
    const more = async () => {
      this.#more.disabled = true;
      await parts.more();
      this.#more.disabled = false;
    };
    this.#more = h("button", { type: "button", class: "quiet", click: () => void more() }, words.moreConversations);
  }

  render(look: Appearance, mayWrite: boolean): void {
    const focused = this.#list.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-id")
      : undefined;
    const { model } = this.parts;
    put(this.#list, ...model.list().map((each) => h("li", {}, this.#row(each))));
    put(
      this.element,
      h("div", { class: "hero" }, h("h2", { dir: "auto" }, look.greeting), h("p", { dir: "auto" }, look.welcome_text)),
      mayWrite && this.#begin,
      h("h3", {}, words.yours),
      this.#list,
      model.more !== undefined && this.#more,
    );
    if (focused) this.#list.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  focus(): void {
    this.#begin.focus();
  }

  #row(conversation: Conversation): HTMLElement {
    const { model, open } = this.parts;
    const unread = model.unread(conversation.id);
    const isClosed = conversation.stage?.state?.is_final;
    return h(
      "button",
      {
        type: "button",
        class: unread > 0 ? "unread" : "",
        "data-id": conversation.id,
        click: () => open(conversation.id),
      },
      h("span", { class: "title", dir: "auto" }, conversation.title || words.untitled),
      unread > 0 && h("span", { class: "count", "aria-label": words.unread(unread), role: "img" }, String(unread)),
      h("span", { class: "sub" }, when(lastOf(conversation)), isClosed && ` · ${words.closed}`),
      icon("next"),
    );
  }
}
