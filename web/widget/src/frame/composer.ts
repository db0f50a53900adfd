import { button, h, put } from "./dom";
import { sizeOf } from "./files";
import { words } from "./strings";

/** The server takes 16 KiB of a stranger. */
/** As the server counts: bytes of the text in JSON, of which a letter may take several. */
const maxText = 15_000;
const maxFiles = 10;

export type Draft = { text: string; files: File[] };

/** Where messages are written. What is written stays when sending it fails. */
export class Composer {
  readonly element: HTMLFormElement;
  readonly #text: HTMLTextAreaElement;
  readonly #files = h("ul", { class: "chips", hidden: true });
  readonly #note = h("p", { class: "note", role: "alert" });
  readonly #send: HTMLButtonElement;
  readonly #input: HTMLInputElement;
  #chosen: File[] = [];
  #isBusy = false;

  /** @param send takes a message over, or throws the reason for which it stays here */
  constructor(private readonly send: (draft: Draft) => Promise<void>) {
    this.#text = h("textarea", {
      rows: 1,
      placeholder: words.placeholder,
      "aria-label": words.message,
      dir: "auto",
      input: () => this.#changed(),
      keydown: (event) => this.#key(event as KeyboardEvent),
      paste: (event) => this.#add((event as ClipboardEvent).clipboardData?.files, event),
    });
    this.#input = h("input", { type: "file", multiple: true, hidden: true, change: () => this.#pick() });
    this.#send = h("button", {
      type: "submit",
      class: "send",
      "aria-label": words.send,
      title: words.send,
      disabled: true,
    });
    this.#send.append(button("send", "", () => undefined).firstChild as Node);
    this.element = h(
      "form",
      {
        class: "composer",
        submit: (event) => {
          event.preventDefault();
          void this.#submit();
        },
      },
      this.#note,
      this.#files,
      h(
        "div",
        { class: "row" },
        button("clip", words.attach, () => this.#input.click()),
        this.#input,
        this.#text,
        this.#send,
      ),
    );
  }

  get draft(): Draft {
    return { text: this.#text.value, files: this.#chosen };
  }

  /** Shows another draft, such as that of another conversation. */
  set draft({ text, files }: Draft) {
    this.#text.value = text;
    this.#chosen = files;
    this.#changed();
  }

  focus(): void {
    this.#text.focus();
  }

  drop(event: DragEvent): void {
    this.#add(event.dataTransfer?.files, event);
  }

  #key(event: KeyboardEvent): void {
    // While a word is being composed, Enter chooses it. On a screen keyboard there is no Shift to hold.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    void this.#submit();
  }

  async #submit(): Promise<void> {
    const { text, files } = this.draft;
    if (this.#isBusy || (text.trim() === "" && files.length === 0) || this.#isTooLong()) return;
    this.#busy(true);
    try {
      await this.send({ text: text.trim(), files });
      // Another conversation may be shown by now, with a draft of its own.
      if (this.#text.value === text && this.#chosen === files) this.draft = { text: "", files: [] };
    } catch (error) {
      this.#note.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      this.#busy(false);
    }
  }

  #busy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    const hasFiles = this.#chosen.length > 0;
    this.#text.readOnly = isBusy && hasFiles;
    this.#note.textContent = isBusy ? (hasFiles ? words.uploading : "") : this.#note.textContent;
    if (!isBusy && this.#note.textContent === words.uploading) this.#note.textContent = "";
    this.#changed(false);
  }

  #pick(): void {
    this.#add(this.#input.files ?? undefined);
    this.#input.value = "";
    this.focus();
  }

  #add(files: FileList | undefined, event?: Event): void {
    if (!files || files.length === 0 || this.#isBusy) return;
    event?.preventDefault();
    const all = [...this.#chosen, ...files];
    this.#chosen = all.slice(0, maxFiles);
    this.#changed();
    if (all.length > maxFiles) this.#note.textContent = words.tooMany;
  }

  #changed(isCorrected = true): void {
    if (isCorrected) this.#note.textContent = this.#isTooLong() ? words.tooLong : "";
    this.#send.disabled =
      this.#isBusy || this.#isTooLong() || (this.#text.value.trim() === "" && this.#chosen.length === 0);
    this.#files.hidden = this.#chosen.length === 0;
    put(this.#files, ...this.#chosen.map((file) => this.#chip(file)));
    this.#text.style.height = "auto";
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, 140)}px`;
  }

  #isTooLong(): boolean {
    return new TextEncoder().encode(JSON.stringify(this.#text.value)).length > maxText;
  }

  #chip(file: File): HTMLElement {
    const remove = () => {
      this.#chosen = this.#chosen.filter((each) => each !== file);
      this.#changed();
      this.focus();
    };
    return h(
      "li",
      {},
      h("span", { class: "name" }, file.name),
      h("span", { class: "size" }, sizeOf(file.size)),
      button("close", words.removeFile(file.name), remove),
    );
  }
}
