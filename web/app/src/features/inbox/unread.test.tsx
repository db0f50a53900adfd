import { screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openApp } from "@/testing/app";
import { conversation, customer, message } from "@/testing/inbox";
import { type Call, ok, serve, signedIn } from "@/testing/server";

const asked = (calls: Call[], name: string) => calls.filter((call) => call.name === name).map(({ body }) => body);

/** A server on which the first conversation has two messages to read. */
function inbox() {
  let unread = 2;
  const first = () => conversation(1, unread > 0 ? { is_unread: true, unread_count: unread } : {});
  return {
    ...signedIn,
    "notifications.count": () => ok({ count: 0, more: false }),
    "conversations.count-unread": () => ok({ count: unread > 0 ? 1 : 0, more: false }),
    "conversations.list": () => ok({ conversations: [first(), conversation(2)] }),
    "conversations.get": ({ id }: { id?: string }) => ok({ conversation: id === "CONV-2" ? conversation(2) : first() }),
    "timeline-entries.list": () => ok({ timeline_entries: [message(1, "Hello"), message(2, "Anybody?")] }),
    "conversations.mark-read": () => {
      unread = 0;
      return ok();
    },
    "conversations.mark-unread": () => {
      unread = 1;
      return ok();
    },
  };
}

afterEach(() => vi.restoreAllMocks());

describe("what is unread", () => {
  it("is bold and counted, and read once it is in sight, up to what is shown", async () => {
    const { calls } = serve(inbox());
    const { user, router } = openApp("/conversations");
    const link = await screen.findByRole("link", { name: "2 unread messages: Matter 1" });
    expect(link.className).toContain("font-bold");
    expect(screen.getByRole("link", { name: "Matter 2" }).className).not.toContain("font-bold");
    await screen.findByRole("link", { name: "Conversations 1 with something to read" });

    await user.click(link);
    await waitFor(() =>
      expect(asked(calls, "conversations.mark-read")).toEqual([
        { id: conversation(1).id, timeline_entry: message(2, "").id },
      ]),
    );
    await screen.findByRole("link", { name: "Conversations" });

    await user.keyboard("U");
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations"));
    expect(asked(calls, "conversations.mark-unread")).toEqual([{ id: conversation(1).id }]);
    await screen.findByRole("link", { name: "1 unread message: Matter 1" });
    expect(asked(calls, "conversations.mark-read")).toHaveLength(1);
  });

  it("is not read in a window that nobody sees", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const { calls } = serve(inbox());
    openApp("/conversations/CONV-1");
    await screen.findByText("Anybody?");
    expect(asked(calls, "conversations.mark-read")).toEqual([]);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    await waitFor(() => expect(asked(calls, "conversations.mark-read")).toHaveLength(1));
  });

  it("is not asked for again where nothing is new", async () => {
    const { calls } = serve(inbox());
    openApp("/conversations/CONV-2");
    await screen.findByText("Anybody?");
    expect(asked(calls, "conversations.mark-read")).toEqual([]);
  });

  it("is listed alone on demand", async () => {
    const { calls } = serve(inbox());
    const { user, router } = openApp("/conversations");
    const button = await screen.findByRole("button", { name: "Unread" });
    await user.click(button);
    await waitFor(() => expect(router.state.location.search).toEqual({ unread: true }));
    await waitFor(() => expect(asked(calls, "conversations.list").at(-1)).toMatchObject({ is_unread: true }));
    screen.getByRole("button", { name: "Unread", pressed: true });
  });
});

describe("what is unwanted", () => {
  it("is muted by who does not want to be told, with the way back", async () => {
    let isMuted = false;
    const turn = (is: boolean) => () => {
      isMuted = is;
      return ok();
    };
    const { calls } = serve({
      ...inbox(),
      "conversations.get": () => ok({ conversation: conversation(1, isMuted ? { is_muted: true } : {}) }),
      "conversations.mute": turn(true),
      "conversations.unmute": turn(false),
    });
    const { user } = openApp("/conversations/CONV-1");
    await user.click(await screen.findByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Mute for me" }));
    await screen.findByText("Muted");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(screen.queryByText("Muted")).toBeNull());
    expect(asked(calls, "conversations.mute")).toEqual([{ id: conversation(1).id }]);
    expect(asked(calls, "conversations.unmute")).toEqual([{ id: conversation(1).id }]);
  });

  it("is refused from who is blocked, and taken again", async () => {
    let is_blocked = false;
    const grace = () => ok({ rev_user: { ...customer(1, "Grace Hopper"), ...(is_blocked && { is_blocked }) } });
    const { calls } = serve({
      ...inbox(),
      "rev-users.get": grace,
      "rev-users.update": (request) => {
        is_blocked = request.is_blocked ?? false;
        return grace();
      },
    });
    const { user } = openApp("/conversations/CONV-1");
    await user.click(await screen.findByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Block this contact" }));
    await screen.findByText("Grace Hopper is blocked");
    await screen.findByText("Blocked");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(screen.queryByText("Blocked")).toBeNull());
    expect(asked(calls, "rev-users.update")).toEqual([
      { id: customer(1, "").id, is_blocked: true },
      { id: customer(1, "").id, is_blocked: false },
    ]);
  });
});
