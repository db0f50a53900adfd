import { connect, type FromFrame, type Start, type Theme, type ToFrame } from "../protocol";
import { type Options, readOptions, traitsOf } from "./options";
import { Shell } from "./shell";

const endMillis = 5_000;
const answerMillis = 20_000;
const mostWaiting = 200;
/** Where the page remembers, also over a reload, that somebody is to be forgotten. */
const mark = "kith:forget";

export type PlugEvent = { type: string; [name: string]: unknown };

type Run = {
  options: Options;
  fresh: boolean;
  shell?: Shell;
  port?: MessagePort;
  /** What was said before the frame could hear it. */
  waiting: ToFrame[];
  unread: number;
  isReady: boolean;
  ended: () => void;
};

const warn = (text: string) => console.warn(`Kith widget: ${text}`);

/** Makes `window.plugSDK` for the Kith at an origin. */
export function createSdk(origin: string) {
  const listeners = new Set<(event: PlugEvent) => void>();
  let run: Run | undefined;
  let ending: Promise<void> = Promise.resolve();
  let isForgotten = !isMarked(); // nobody is left of whom a shutdown was to forget
  let isOpen = false;

  const emit = (event: PlugEvent) => {
    for (const tell of [...listeners]) {
      try {
        tell(event);
      } catch (error) {
        console.error(error); // the page's mistake stops neither others nor the widget
      }
    }
  };

  const forgotten = (is: boolean) => {
    isForgotten = is;
    isMarked(!is);
  };

  const say = (message: ToFrame, to = run) => {
    if (to?.port) to.port.postMessage(message);
    else to?.waiting.push(message);
  };

  const page = () => `${location.origin}${location.pathname}`.slice(0, 2_000);

  const show = (open: boolean, compose?: boolean, text?: string) => {
    if (!run || run.options.disable_plug_chat_window) return;
    const asks: ToFrame = { type: "open", ...(compose && { compose }), ...(text && { text }) };
    if (open) say(asks);
    if (open === isOpen) return;
    isOpen = open;
    run.shell?.open(open, run.unread);
    if (!open) say({ type: "closed" });
    emit({ type: open ? "ON_PLUG_WIDGET_OPENED" : "ON_PLUG_WIDGET_CLOSED" });
  };

  const hear = (from: Run, message: FromFrame) => {
    if (message.type === "ended") return from.ended();
    if (from !== run) return;
    const { options, shell } = from;
    switch (message.type) {
      case "ready": {
        const launcher =
          !options.disable_plug_chat_window && (options.enable_default_launcher ?? message.look.launcher);
        shell?.wear(message.look, options.widget_alignment, launcher);
        if (from.isReady) return; // it only looks different
        from.isReady = true;
        from.fresh = false; // it has begun anew, and need not when its frame loads again
        forgotten(true);
        emit({ type: "ON_PLUG_WIDGET_READY" });
        emit({ type: "ON_OBSERVABILITY_READY", session_id: options.session_id, tab_id: options.tab_id });
        return;
      }
      case "refused":
        return warn(message.reason);
      case "unread":
        from.unread = message.count;
        shell?.unread(message.count, isOpen);
        return emit({ type: "ON_PLUG_WIDGET_UNREAD_COUNT_CHANGE", unread_count: message.count });
      case "began":
        return emit({ type: "ON_CONVERSATION_START", conversation_id: message.conversation_id });
      case "close":
        return show(false);
      default:
        return;
    }
  };

  /** Opens a channel to the frame, each time that it loads. Only Kith's origin gets it, and what goes through it. */
  const open = (to: Run) => {
    const channel = new MessageChannel();
    const { options } = to;
    to.port = channel.port1;
    channel.port1.onmessage = ({ data }) => hear(to, data as FromFrame);
    to.shell?.frame.contentWindow?.postMessage({ type: connect }, origin, [channel.port2]);
    const start: Start = { type: "start", page: page(), dir: directionOf(), fresh: to.fresh };
    for (const name of ["session_token", "identity", "theme", "accent_color", "primary_text_color"] as const) {
      if (options[name] !== undefined) Object.assign(start, { [name]: options[name] });
    }
    say(start, to);
    for (const message of to.waiting.splice(0)) say(message, to);
  };

  const mount = (to: Run) => {
    const address = `${origin}/widget/frame?app_id=${encodeURIComponent(to.options.app_id)}`;
    const shell = new Shell(address, to.options.spacing, () => show(!isOpen));
    to.shell = shell;
    shell.frame.addEventListener("load", () => open(to));
    shell.show();
    if (isOpen && to === run) shell.open(true, to.unread);
    setTimeout(() => {
      if (to === run && !to.isReady)
        warn(`no answer for app_id ${to.options.app_id} on ${location.origin}; is it among the allowed origins?`);
    }, answerMillis);
  };

  const init = (given: unknown) => {
    if (run) return warn("init was called already; call shutdown first to start with other options");
    const options = readOptions(given, warn);
    if (!options) return;
    const mine: Run = { options, fresh: !isForgotten, waiting: [], unread: 0, isReady: false, ended: () => undefined };
    run = mine;
    void ending.then(whenParsed).then(() => {
      if (run !== mine) return;
      mine.fresh = !isForgotten;
      mount(mine);
    });
  };

  const shutdown = (): Promise<void> => {
    const mine = run;
    if (!mine) return ending;
    show(false);
    run = undefined;
    ending = ending.then(async () => {
      if (!mine.shell) {
        forgotten(false); // the next one to come begins anew
        return;
      }
      forgotten(false); // also when the page is left meanwhile
      const isDone = await new Promise<boolean>((resolve) => {
        mine.ended = () => resolve(true);
        setTimeout(resolve, endMillis, false);
        say({ type: "shutdown" }, mine);
      });
      forgotten(isDone);
      mine.port?.close();
      mine.shell.remove();
    });
    return ending;
  };

  // A page may put its button in at any time.
  document.addEventListener("click", (event) => {
    const selector = run?.options.custom_launcher_selector;
    const target = event.target instanceof Element ? event.target : null;
    if (selector && target?.closest(selector)) show(!isOpen);
  });
  // The frame has the focus now: what is begun in it is begun on this page.
  addEventListener("blur", () => run?.port && say({ type: "page", page: page() }));

  const nothing = () => undefined;
  return {
    init,
    shutdown,
    get isPlugInitialized() {
      return run !== undefined;
    },
    get isWidgetOpen() {
      return isOpen;
    },
    isSearchAgentOpen: false,
    updateIdentity: (given: unknown) => {
      const traits = traitsOf((given as { user_traits?: unknown } | undefined)?.user_traits);
      if (!run) return warn("updateIdentity needs init first");
      if (!traits) return warn("updateIdentity needs {user_traits: {…}}");
      const { identity = {}, session_token } = run.options;
      if (session_token && (traits.email || traits.phone_numbers))
        warn("the address of who has a session_token comes from your backend; email and phone_numbers are left out");
      run.options.identity = { ...identity, user_traits: { ...identity.user_traits, ...traits } };
      say({ type: "identity", traits });
    },
    toggleWidget: (open?: boolean, view?: string, content?: { startConversationContent?: unknown }) => {
      const text = content?.startConversationContent;
      const asked = typeof open === "boolean" ? open : !isOpen;
      show(asked, view === "create_conversation", typeof text === "string" ? text : undefined);
    },
    toggleTheme: (theme?: Theme) => {
      if (theme !== undefined && !["light", "dark", "system"].includes(theme)) return warn(`"${theme}" is not a theme`);
      if (run && theme) run.options.theme = theme;
      say({ type: "theme", ...(theme && { theme }) });
    },
    /** Returns what ends it. Who comes late is told once more that the widget is ready. */
    onEvent: (tell: (event: PlugEvent) => void) => {
      if (typeof tell !== "function") return nothing;
      listeners.add(tell);
      if (run?.isReady) queueMicrotask(() => listeners.has(tell) && tell({ type: "ON_PLUG_WIDGET_READY" }));
      return () => void listeners.delete(tell);
    },
    getSessionDetails: () => ({ sessionId: run?.options.session_id ?? "", tabId: run?.options.tab_id ?? "" }),
    trackEvent: (name: unknown, properties: unknown = {}) => {
      if (!run) return warn("trackEvent needs init first");
      const payload = plain(properties);
      if (typeof name !== "string" || !name || !payload)
        return warn("trackEvent needs a name, and takes properties {…}");
      if (run.port || run.waiting.length < mostWaiting) say({ type: "track", name, payload, page: page() });
    },
    // Kith neither records sessions nor answers searches: pages that ask for it go on working.
    addSessionProperties: nothing,
    restartSessionRecording: nothing,
    initSearchAgent: nothing,
    toggleSearchAgent: nothing,
    prefillSearchQuery: nothing,
  };
}

/** Whether the mark is there, after it was set or taken away when that is asked. */
function isMarked(set?: boolean): boolean {
  try {
    if (set) localStorage.setItem(mark, "1");
    else if (set === false) localStorage.removeItem(mark);
    return Boolean(localStorage.getItem(mark));
  } catch {
    return false; // storage that is switched off
  }
}

/** A copy of what JSON can say of an object; nothing for what is none. */
function plain(value: unknown): Record<string, unknown> | undefined {
  try {
    const copy = JSON.parse(JSON.stringify(value));
    return typeof copy === "object" && copy && !Array.isArray(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

function directionOf(): string {
  return getComputedStyle(document.documentElement).direction;
}

function whenParsed(): Promise<void> {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", () => resolve(), { once: true }));
}
