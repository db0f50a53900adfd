import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ToFrame } from "../protocol";
import { optionsOf, readOptions } from "./options";
import { createSdk, type PlugEvent } from "./sdk";

const kith = "https://kith.example";
const look = {
  accent: "#2f5bea",
  onAccent: "#ffffff",
  launcher: true,
  team: "Acme",
  alignment: "left",
  bottom: "30px",
  side: "40px",
};

const host = () => document.querySelector<HTMLElement>("[data-kith-widget]");
const frame = () => host()?.shadowRoot?.querySelector("iframe") as HTMLIFrameElement;
const launcher = () => host()?.shadowRoot?.querySelector("button") as HTMLButtonElement;
const tick = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Plays the frame: returns what it is told, and a way to answer. */
async function answer() {
  await tick();
  const posted: { data: unknown; target: unknown; ports: MessagePort[] }[] = [];
  const target = {
    postMessage: (data: unknown, to: unknown, ports: MessagePort[]) => posted.push({ data, target: to, ports }),
  };
  Object.defineProperty(frame(), "contentWindow", { value: target, configurable: true });
  frame().dispatchEvent(new Event("load"));
  const told: ToFrame[] = [];
  const port = posted[0]?.ports[0];
  if (!port) throw new Error("no channel was opened");
  port.onmessage = ({ data }) => told.push(data as ToFrame);
  await tick();
  const say = (message: unknown) => {
    port.postMessage(message);
    return tick();
  };
  return { posted, told, say };
}

let sdk: ReturnType<typeof createSdk>;
let events: PlugEvent[];

beforeEach(() => {
  // jsdom has no style sheets of one's own making.
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  sdk = createSdk(kith);
  events = [];
  sdk.onEvent((event) => events.push(event));
});

afterEach(() => {
  host()?.remove();
  localStorage.clear();
});

describe("the page's side", () => {
  it("gives the session token to Kith's origin alone, through a channel", async () => {
    sdk.init({ app_id: "DvRv1", session_token: "jwt" });
    const { posted, told } = await answer();
    expect(frame().src).toBe(`${kith}/widget/frame?app_id=DvRv1`);
    expect(posted).toHaveLength(1);
    expect(posted[0]).toMatchObject({ data: { type: "kith:connect" }, target: kith });
    expect(JSON.stringify(posted[0]?.data)).not.toContain("jwt");
    expect(told[0]).toMatchObject({ type: "start", session_token: "jwt", fresh: false });
  });

  it("ignores messages to the window, whoever they are from", async () => {
    sdk.init({ app_id: "DvRv1" });
    await answer();
    window.dispatchEvent(
      new MessageEvent("message", { data: { type: "unread", count: 5 }, origin: kith, source: window }),
    );
    await tick();
    expect(events).toEqual([]);
  });

  it("shows its button once the frame has answered, and tells of what happens", async () => {
    sdk.init({ app_id: "DvRv1", spacing: { bottom: "5px" }, widget_alignment: "right" });
    const { say, told } = await answer();
    expect(launcher().hidden).toBe(true);
    await say({ type: "ready", look });
    expect(launcher().hidden).toBe(false);
    expect(host()?.style.getPropertyValue("--kith-bottom")).toBe("5px"); // code wins
    expect(host()?.style.getPropertyValue("--kith-side")).toBe("40px");
    expect(frame().parentElement?.classList.contains("left")).toBe(true); // settings win
    launcher().click();
    await say({ type: "unread", count: 2 });
    await say({ type: "began", conversation_id: "CONV-1" });
    await say({ type: "close" });
    expect(sdk.isWidgetOpen).toBe(false);
    expect(launcher().getAttribute("aria-label")).toBe("Open chat, 2 unread messages");
    expect(events).toMatchObject([
      { type: "ON_PLUG_WIDGET_READY" },
      { type: "ON_OBSERVABILITY_READY" },
      { type: "ON_PLUG_WIDGET_OPENED" },
      { type: "ON_PLUG_WIDGET_UNREAD_COUNT_CHANGE", unread_count: 2 },
      { type: "ON_CONVERSATION_START", conversation_id: "CONV-1" },
      { type: "ON_PLUG_WIDGET_CLOSED" },
    ]);
    expect(told.map(({ type }) => type)).toEqual(["start", "open", "closed"]);
  });

  it("opens by a button of the page, also one that comes later", async () => {
    sdk.init({ app_id: "DvRv1", custom_launcher_selector: ".help", enable_default_launcher: false });
    const { say } = await answer();
    await say({ type: "ready", look });
    expect(launcher().hidden).toBe(true);
    document.body.innerHTML = '<button class="help"><b>?</b></button>';
    document.querySelector("b")?.click();
    expect(sdk.isWidgetOpen).toBe(true);
  });

  it("keeps what is said too early", async () => {
    sdk.init({ app_id: "DvRv1" });
    sdk.toggleWidget(true, "create_conversation", { startConversationContent: "Hi" });
    sdk.updateIdentity({ user_traits: { display_name: "Ann" } });
    const { told } = await answer();
    expect(told).toMatchObject([
      { type: "start", identity: { user_traits: { display_name: "Ann" } } },
      { type: "open", compose: true, text: "Hi" },
      { type: "identity", traits: { display_name: "Ann" } },
    ]);
  });

  it("tells what the page tracks, as far as it can be told", async () => {
    sdk.trackEvent("too early");
    sdk.init({ app_id: "DvRv1" });
    sdk.trackEvent("bought", { plan: "gold", done: () => 1, at: new Date(0) });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const [name, properties] of [
      ["circle", circle],
      ["", {}],
      [7, {}],
      ["list", [1]],
      ["text", "x"],
    ] as const)
      sdk.trackEvent(name, properties);
    expect(console.warn).toHaveBeenCalledTimes(6);
    const { told } = await answer();
    sdk.trackEvent("left");
    await tick();
    expect(told.slice(1)).toMatchObject([
      { type: "track", name: "bought", payload: { plan: "gold", at: "1970-01-01T00:00:00.000Z" } },
      { type: "track", name: "left", payload: {} },
    ]);
  });

  it("starts once, and again after a shutdown has been carried out", async () => {
    sdk.init({ app_id: "DvRv1" });
    sdk.init({ app_id: "DvRv2" });
    expect(console.warn).toHaveBeenCalledTimes(1);
    const { say, told } = await answer();
    const done = sdk.shutdown();
    sdk.init({ app_id: "DvRv2" });
    await tick();
    expect(told.at(-1)).toEqual({ type: "shutdown" });
    expect(document.querySelectorAll("[data-kith-widget]")).toHaveLength(1);
    await say({ type: "ended" });
    await done;
    await tick();
    expect(frame().src).toContain("DvRv2");
    expect((await answer()).told[0]).toMatchObject({ type: "start", fresh: false });
  });

  it("has the next one forget what a shutdown could not", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    sdk.init({ app_id: "DvRv1" });
    await vi.advanceTimersByTimeAsync(1);
    const done = sdk.shutdown();
    await vi.advanceTimersByTimeAsync(6_000);
    vi.useRealTimers();
    await done;
    expect(host()).toBeNull();
    // The page may be left before somebody comes.
    sdk = createSdk(kith);
    sdk.init({ app_id: "DvRv1" });
    const next = await answer();
    expect(next.told[0]).toMatchObject({ fresh: true });
    await next.say({ type: "ready", look });
    host()?.remove();
    sdk = createSdk(kith);
    sdk.init({ app_id: "DvRv1" });
    expect((await answer()).told[0]).toMatchObject({ fresh: false });
  });

  it("forgets who was there when the page is left amid a shutdown", async () => {
    sdk.init({ app_id: "DvRv1" });
    await (await answer()).say({ type: "ready", look });
    void sdk.shutdown();
    await tick();
    host()?.remove();
    sdk = createSdk(kith);
    sdk.init({ app_id: "DvRv1" });
    expect((await answer()).told[0]).toMatchObject({ fresh: true });
  });

  it("says that addresses of who has proof come from the backend", async () => {
    sdk.init({ app_id: "DvRv1", session_token: "t" });
    sdk.updateIdentity({ user_traits: { display_name: "Ann" } });
    expect(console.warn).not.toHaveBeenCalled();
    sdk.updateIdentity({ user_traits: { email: "ann@example.com" } });
    expect(console.warn).toHaveBeenCalledTimes(1);
  });

  it("goes on when a listener fails, and accepts what it has no use for", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const broken = createSdk(kith);
    broken.onEvent(() => {
      throw new Error("the page's");
    });
    for (const name of [
      "trackEvent",
      "addSessionProperties",
      "restartSessionRecording",
      "initSearchAgent",
      "toggleSearchAgent",
      "prefillSearchQuery",
    ] as const) {
      expect((broken[name] as (...given: unknown[]) => unknown)("x", {})).toBeUndefined();
    }
    broken.toggleWidget();
    broken.updateIdentity({});
    broken.init(undefined);
    expect(broken.isPlugInitialized).toBe(false);
    expect(broken.isSearchAgentOpen).toBe(false);
  });
});

describe("options", () => {
  const warn = vi.fn();
  it("come from attributes of the script too", () => {
    const script = document.createElement("script");
    Object.assign(script.dataset, {
      appId: "DvRv1",
      widgetAlignment: "left",
      enableDefaultLauncher: "false",
      spacingBottom: "2rem",
    });
    expect(readOptions(optionsOf(script.dataset), warn)).toMatchObject({
      app_id: "DvRv1",
      widget_alignment: "left",
      enable_default_launcher: false,
      spacing: { bottom: "2rem" },
    });
  });

  it("leave out what makes no sense, and say so", () => {
    warn.mockReset();
    const given = {
      app_id: "x",
      theme: "blue",
      accent_color: "red;}",
      spacing: { bottom: "1px;x" },
      custom_launcher_selector: "[[",
    };
    const read = readOptions(given, warn);
    expect(read).toMatchObject({ app_id: "x", spacing: {} });
    expect(Object.keys(read ?? {})).not.toContain("theme");
    expect(warn).toHaveBeenCalledTimes(4);
  });

  it("know the older name of the colour", () => {
    expect(readOptions({ app_id: "x", primary_color: "#fa0" }, warn)?.accent_color).toBe("#ffaa00");
  });
});
