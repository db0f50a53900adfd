import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { isInSight } from "@/features/notification/browser-notices";
import type { Notification_ } from "@/features/notification/notification";
import { Live, type LiveNews } from "@/lib/live";
import { openApp } from "@/testing/app";
import { adaSummary, conversation, message } from "@/testing/inbox";
import { notification } from "@/testing/notifications";
import { ok, serve, signedIn } from "@/testing/server";
import { setScreen } from "@/testing/setup";

let listeners: ((news: LiveNews) => void)[];

beforeEach(() => {
  listeners = [];
  localStorage.clear();
  vi.spyOn(Live.prototype, "subscribe").mockImplementation(function (this: Live, listener) {
    this.leads = true;
    if (!listeners.includes(listener)) listeners.push(listener);
    return () => true;
  });
});

const told = (one: Notification_) =>
  act(async () => {
    const event = { type: "notification_created", object: "don:x", object_type: "dev_user", notification: one };
    for (const tell of listeners) tell({ kind: "event", event });
  });

/** A server that remembers what was read. */
function inbox(...all: Notification_[]) {
  return {
    ...signedIn,
    "notifications.count": () => ok({ count: all.filter(({ read_date }) => !read_date).length, more: false }),
    "notifications.list": ({ state }: { state?: string }) =>
      ok({ notifications: all.filter(({ read_date }) => state !== "unread" || !read_date) }),
    "notifications.mark-read": ({ ids, all: every }: { ids?: string[]; all?: boolean }) => {
      for (const one of all) if (every || ids?.includes(one.id)) one.read_date = "2026-01-03T00:00:00.000Z";
      return ok();
    },
    "conversations.get": () => ok({ conversation: conversation(1) }),
    "conversations.list": () => ok({ conversations: [conversation(1)] }),
    "timeline-entries.list": () => ok({ timeline_entries: [message(1, "Hello")] }),
  };
}

describe("the bell", () => {
  it("counts, opens the list, and leads to the message, which is read then", async () => {
    const { calls } = serve(inbox(notification(1), notification(2, { read_date: "2026-01-02T01:00:00.000Z" })));
    const { user, router } = openApp("/home");
    const [bell] = await screen.findAllByRole("button", { name: "Notifications, 1 unread" });
    await waitFor(() => expect(document.title.startsWith("(1) ")).toBe(true));
    await user.click(bell as HTMLElement);
    const panel = await screen.findByRole("dialog", { name: "Notifications" });
    const list = await within(panel).findByRole("list", { name: "Notifications" });
    expect(within(list).getAllByRole("listitem")).toHaveLength(2);
    await user.click(within(list).getByRole("link", { name: /Unread: Grace Hopper wrote in Matter 1/ }));
    await waitFor(() =>
      expect(router.state.location).toMatchObject({ pathname: "/conversations/CONV-1", hash: "comment-1" }),
    );
    expect(screen.queryByRole("dialog", { name: "Notifications" })).toBeNull();
    expect(calls.find(({ name }) => name === "notifications.mark-read")?.body).toEqual({ ids: [notification(1).id] });
    await waitFor(() => expect(document.getElementById("comment-1")?.dataset.shown).toBe("true"));
    await waitFor(() => expect(document.title.startsWith("(")).toBe(false));
  });

  it("is told of new ones, and says so", async () => {
    const all: Notification_[] = [];
    const server = inbox();
    serve({ ...server, "notifications.count": () => ok({ count: all.length, more: false }) });
    openApp("/home");
    await screen.findAllByRole("button", { name: "Notifications" });
    all.push(notification(1, { type: "assigned", created_by: adaSummary }));
    await told(all[0] as Notification_);
    expect(screen.getByText("Ada Lovelace made you an owner of Matter 1").getAttribute("aria-live")).toBe("polite");
    all.push(notification(2, { type: "assigned" })); // by a rule: customers make nobody an owner
    await told(all[1] as Notification_);
    screen.getByText("Grace Hopper wrote to you in Matter 2");
  });

  it("leads to the page on phones", async () => {
    setScreen("narrow");
    serve(inbox(notification(1)));
    openApp("/home");
    const [bell] = await screen.findAllByRole("link", { name: "Notifications, 1 unread" });
    expect(bell?.getAttribute("href")).toBe("/notifications");
  });
});

describe("the page", () => {
  it("is reached by G N, walked by keys, and marks all as read", async () => {
    const { calls } = serve(inbox(notification(1), notification(2)));
    const { user, router } = openApp("/home");
    await screen.findAllByRole("button", { name: "Notifications, 2 unread" });
    await user.keyboard("gn");
    await waitFor(() => expect(router.state.location.pathname).toBe("/notifications"));
    const list = await screen.findByRole("list", { name: "Notifications" });
    const [first, second] = within(list).getAllByRole("link");
    act(() => first?.focus());
    await user.keyboard("j");
    expect(document.activeElement).toBe(second);
    await user.keyboard("{ArrowUp}");
    expect(document.activeElement).toBe(first);
    await user.click(screen.getByRole("button", { name: "Mark all as read" }));
    await screen.findByText("Nothing unread");
    expect(calls.find(({ name }) => name === "notifications.mark-read")?.body).toEqual({ all: true });
    await user.click(screen.getByRole("tab", { name: "All" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ show: "all" }));
    expect((await screen.findAllByRole("link", { name: /wrote in/ })).length).toBe(2);
  });
});

describe("notifications of the browser", () => {
  const shown: { title: string; options: NotificationOptions; onclick?: () => void }[] = [];
  let answers: NotificationPermission;

  class Shown {
    static permission: NotificationPermission = "default";
    static requestPermission = async () => {
      Shown.permission = answers;
      return answers;
    };
    onclick: (() => void) | undefined;
    close = () => {};
    constructor(
      readonly title: string,
      readonly options: NotificationOptions,
    ) {
      shown.push(this as never);
    }
  }

  beforeEach(() => {
    shown.length = 0;
    Shown.permission = "default";
    vi.stubGlobal("Notification", Shown);
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("focus", () => {});
  });

  const hide = (hidden: boolean) => vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);

  it("are asked for by a press alone, and say nothing of what was written", async () => {
    answers = "granted";
    const { calls } = serve(inbox(notification(1)));
    const { user, router } = openApp("/settings/profile");
    await user.click(await screen.findByRole("checkbox", { name: "Show notifications in this browser" }));
    await screen.findByRole("checkbox", { name: /Show message text/ });
    await told(notification(1)); // in sight
    expect(shown).toEqual([]);
    hide(true);
    await told(notification(1));
    await waitFor(() => expect(shown).toHaveLength(1));
    expect(shown[0]).toMatchObject({ title: "Grace Hopper wrote in Matter 1", options: { silent: true } });
    expect(shown[0]?.options.body).toBeUndefined();
    expect(calls.some(({ name }) => name === "timeline-entries.get")).toBe(false);
    act(() => shown[0]?.onclick?.());
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations/CONV-1"));
    expect(calls.some(({ name }) => name === "notifications.mark-read")).toBe(true);
    hide(false);
  });

  it("say it where the member wants that", async () => {
    answers = "granted";
    serve({
      ...inbox(notification(1)),
      "timeline-entries.get": () => ok({ timeline_entry: message(1, "It is **down**") }),
    });
    const { user } = openApp("/settings/profile");
    await user.click(await screen.findByRole("checkbox", { name: "Show notifications in this browser" }));
    await user.click(await screen.findByRole("checkbox", { name: /Show message text/ }));
    await user.click(screen.getByRole("checkbox", { name: "Play a sound" }));
    hide(true);
    await told(notification(1));
    await waitFor(() => expect(shown[0]?.options).toMatchObject({ body: "It is down", silent: false }));
    hide(false);
  });

  it("stay off when the browser is told no, which is explained", async () => {
    answers = "denied";
    serve(inbox());
    const { user } = openApp("/settings/profile");
    const box = await screen.findByRole<HTMLInputElement>("checkbox", { name: "Show notifications in this browser" });
    await user.click(box);
    await screen.findByText(/Your browser blocks notifications/);
    expect(box.checked).toBe(false);
    expect(box.disabled).toBe(true);
    hide(true);
    await told(notification(1));
    expect(shown).toEqual([]);
    hide(false);
  });

  it("are for who looks at no window at all", async () => {
    hide(true);
    vi.stubGlobal("navigator", { locks: { query: async () => ({ held: [{ name: "kith-in-sight-ada" }] }) } });
    expect(await isInSight("ada")).toBe(true);
    expect(await isInSight("bob")).toBe(false);
    hide(false);
  });
});
