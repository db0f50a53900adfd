import type { Look } from "../protocol";
import { words } from "./strings";

// In a shadow root, and adopted: no style of the page reaches in, and no Content-Security-Policy forbids it.
const css = `
.launcher,.panel{position:fixed;inset-inline:auto;box-sizing:border-box}
.launcher{all:unset;position:fixed;box-sizing:border-box;bottom:var(--kith-bottom);right:var(--kith-side);display:grid;place-items:center;width:56px;height:56px;border-radius:50%;cursor:pointer;color:var(--kith-on-accent);background:var(--kith-accent);box-shadow:0 2px 6px rgba(0,0,0,.16),0 8px 28px rgba(0,0,0,.2);transition:transform .15s}
.launcher:hover{transform:scale(1.05)}
.launcher:focus-visible{outline:3px solid var(--kith-accent);outline-offset:3px}
.launcher svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launcher[aria-expanded=true] .chat,.launcher[aria-expanded=false] .close{display:none}
.badge{position:absolute;top:-3px;inset-inline-end:-3px;min-width:20px;height:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#d3222a;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
.panel{border:0;bottom:calc(var(--kith-bottom) + 72px);right:var(--kith-side);width:min(400px,calc(100vw - 2*var(--kith-side)));height:min(680px,calc(100vh - var(--kith-bottom) - 92px));border-radius:16px;background:transparent;box-shadow:0 4px 12px rgba(0,0,0,.1),0 16px 56px rgba(0,0,0,.22);visibility:hidden;opacity:0;transform:translateY(10px);transition:opacity .16s,transform .16s,visibility 0s .16s}
.bare .panel{bottom:var(--kith-bottom);height:min(680px,calc(100vh - var(--kith-bottom) - 20px))}
.open .panel{visibility:visible;opacity:1;transform:none;transition:opacity .16s,transform .16s}
.left .launcher,.left .panel{right:auto;left:var(--kith-side)}
[hidden]{display:none!important}
@media (max-width:480px){.root .panel{inset:0;width:100%;height:100%;height:100dvh;border-radius:0}.open .launcher{visibility:hidden}}
@media (prefers-reduced-motion:reduce){.launcher,.root .panel{transition:none}}
@media (forced-colors:active){.launcher{border:2px solid ButtonText}}
@media print{.root{display:none}}
`;

const icons = {
  chat: "M21 11.5a8.4 8.4 0 0 1-9 8.4 9 9 0 0 1-3.9-.9L3 20l1.1-4.4A8.4 8.4 0 1 1 21 11.5z",
  close: "M6 9.5l6 6 6-6",
};

/** The elements that the widget puts on a page: the button, and the frame with everything else. */
export class Shell {
  readonly frame = document.createElement("iframe");
  readonly #host = document.createElement("div");
  readonly #root = document.createElement("div");
  readonly #launcher = document.createElement("button");
  readonly #badge = document.createElement("span");
  readonly #spacing: { bottom?: string; side?: string };
  #before: Element | null = null;

  constructor(address: string, spacing: { bottom?: string; side?: string }, toggle: () => void) {
    this.#spacing = spacing;
    for (const [name, value] of [
      ["all", "initial"],
      ["position", "fixed"],
      ["z-index", "2147483000"],
    ] as const) {
      this.#host.style.setProperty(name, value, "important");
    }
    this.#host.setAttribute("data-kith-widget", "");
    this.#space();
    this.frame.src = address;
    this.frame.className = "panel";
    this.frame.title = words.frame("");
    // Kith's own pages in an origin of their own; links lead to pages that are not bound by this.
    this.frame.setAttribute(
      "sandbox",
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
    );
    this.frame.setAttribute("allow", "clipboard-write");
    this.#launcher.type = "button";
    this.#launcher.className = "launcher";
    this.#launcher.append(icon("chat"), icon("close"), this.#badge);
    this.#launcher.addEventListener("click", toggle);
    this.#launcher.hidden = true;
    this.#badge.className = "badge";
    this.#badge.setAttribute("aria-hidden", "true");
    this.#root.className = "root";
    this.#root.append(this.frame, this.#launcher);
    const shadow = this.#host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#root);
    this.unread(0, false);
  }

  /** Beside the body, for scripts that replace pages exchange the body. */
  show(): void {
    document.documentElement.append(this.#host);
  }

  remove(): void {
    this.#host.remove();
  }

  wear(look: Look, alignment: "left" | "right" | undefined, withLauncher: boolean): void {
    this.#set("accent", look.accent);
    this.#set("on-accent", look.onAccent);
    this.#space(look.bottom, look.side);
    this.#root.classList.toggle("left", (look.alignment ?? alignment) === "left");
    this.#root.classList.toggle("bare", !withLauncher);
    this.#launcher.hidden = !withLauncher;
    this.frame.title = words.frame(look.team);
  }

  open(isOpen: boolean, unread: number): void {
    if (isOpen) this.#before = document.activeElement;
    const hadFocus = document.activeElement === this.#host;
    this.#root.classList.toggle("open", isOpen);
    this.unread(unread, isOpen);
    if (isOpen) {
      this.frame.focus();
      return;
    }
    if (!hadFocus) return;
    const before = this.#before;
    if (before instanceof HTMLElement && before.isConnected && before !== document.body && before !== this.#host)
      before.focus();
    else if (!this.#launcher.hidden) this.#launcher.focus();
    else this.frame.blur();
  }

  unread(count: number, isOpen: boolean): void {
    this.#badge.hidden = count === 0 || isOpen;
    this.#badge.textContent = count > 99 ? "99+" : String(count);
    this.#launcher.setAttribute("aria-label", isOpen ? words.close : words.open(count));
    this.#launcher.setAttribute("aria-expanded", String(isOpen));
  }

  /** What the page's code says wins over the settings. */
  #space(bottom = "20px", side = "20px"): void {
    this.#set("bottom", this.#spacing.bottom ?? bottom);
    this.#set("side", this.#spacing.side ?? side);
  }

  #set(name: string, value: string): void {
    this.#host.style.setProperty(`--kith-${name}`, value, "important");
  }
}

function icon(name: "chat" | "close"): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}
