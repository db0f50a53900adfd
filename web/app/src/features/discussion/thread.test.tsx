import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { emojiOf, withReaction } from "@/features/discussion/reaction";
import type { TimelineEntry } from "@/features/discussion/timeline";
import { openApp } from "@/testing/app";
import { contact } from "@/testing/duplicates";
import { ada, created, ok, serve, signedIn } from "@/testing/server";

const grace = contact(1, "Grace Hopper");
const bob = {
  type: "dev_user" as const,
  id: "don:identity:kith:devo/1:devu/2",
  display_id: "DEVU-2",
  display_name: "Bob",
};
const entry = (n: number, more: Partial<TimelineEntry>): TimelineEntry => ({
  type: "timeline_comment",
  id: `${grace.id}:comment/${n}`,
  display_id: "",
  object: grace.id,
  object_display_id: grace.display_id,
  object_type: "rev_user",
  visibility: "internal",
  body_type: "text",
  created_by: bob,
  created_date: "2026-01-01T00:00:00.000Z",
  modified_date: "2026-01-01T00:00:00.000Z",
  ...more,
});
const root = entry(1, {
  body: "What do we offer?",
  reactions: [
    { emoji: "1f44d", total_users: 2 },
    { emoji: "2764", total_users: 1, reacted: true },
  ],
  thread: { total_replies: 1 },
});
const reply = entry(2, { body: "Ten percent.", object: root.id, object_type: "timeline_comment" });
const handlers = { ...signedIn, "rev-users.get": () => ok({ rev_user: grace }) };

beforeEach(() => sessionStorage.clear());

describe("reactions", () => {
  it("are counted, one of each with each emoji", () => {
    const before = [{ emoji: "1f44d", total_users: 2 }];
    expect(withReaction(before, "1f44d", true)).toEqual([{ emoji: "1f44d", total_users: 3, reacted: true }]);
    expect(withReaction(before, "2764", true)).toEqual([...before, { emoji: "2764", total_users: 1, reacted: true }]);
    expect(withReaction(before, "1f44d", false)).toEqual(before);
    expect(withReaction([{ emoji: "1f44d", total_users: 1, reacted: true }], "1f44d", false)).toEqual([]);
    expect([emojiOf("1f44d"), emojiOf("2764"), emojiOf("1f469-200d-1f4bb"), emojiOf("?")]).toEqual([
      "👍",
      "❤️",
      "👩‍💻",
      "?",
    ]);
  });

  it("show at once, are taken back by a second press, and go back when the server refuses", async () => {
    let fails = false;
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": () => ok({ timeline_entries: [root] }),
      "reactions.update": () => (fails ? { status: 400, body: { message: "enough" } } : ok()),
      "reactions.list": () => ok({ reactors: [{ ...ada, type: "dev_user" }, bob] }),
    });
    const { user } = openApp("/contacts/REVU-1?tab=discussion");
    const thumb = await screen.findByRole("button", { name: "👍, 2 people" });
    await user.hover(thumb);
    await waitFor(() => expect(thumb.title).toBe("Ada Lovelace, Bob"));
    await user.click(thumb);
    expect(await screen.findByRole("button", { name: "👍, 3 people", pressed: true })).toBeDefined();
    await user.click(screen.getByRole("button", { name: "❤️, 1 person", pressed: true }));
    await waitFor(() => expect(screen.queryByRole("button", { name: /❤️, / })).toBeNull());
    await user.click(screen.getAllByRole("button", { name: "React" })[0] as HTMLElement);
    await user.click(await screen.findByRole("button", { name: "React with 🎉" }));
    expect(await screen.findByRole("button", { name: "🎉, 1 person", pressed: true })).toBeDefined();
    expect(calls.filter(({ name }) => name === "reactions.update").map(({ body }) => body)).toEqual([
      { object: root.id, emoji: "1f44d", action: "add" },
      { object: root.id, emoji: "2764", action: "remove" },
      { object: root.id, emoji: "1f389", action: "add" },
    ]);
    fails = true;
    await user.click(screen.getByRole("button", { name: "🎉, 1 person" }));
    expect(await screen.findByText(/^Enough/)).toBeDefined();
    expect(screen.getByRole("button", { name: "🎉, 1 person", pressed: true })).toBeDefined();
  });
});

describe("a thread", () => {
  it("is folded below its comment, and answered there for the same readers", async () => {
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": ({ object }) => ok({ timeline_entries: object === root.id ? [reply] : [root] }),
      "timeline-entries.create": () => created({ timeline_entry: reply }),
    });
    const { user } = openApp("/contacts/REVU-1?tab=discussion");
    const fold = await screen.findByRole("button", { name: "1 reply", expanded: false });
    expect(screen.queryByText("Ten percent.")).toBeNull();
    await user.click(fold);
    const list = await screen.findByRole("list", { name: "Replies" });
    expect(await within(list).findByText("Ten percent.")).toBeDefined();
    expect(within(list).queryByRole("button", { name: "Reply in thread" })).toBeNull();
    await user.type(screen.getByLabelText("Write a reply"), "Fifteen.");
    await user.click(screen.getByRole("button", { name: "Reply" }));
    await waitFor(() =>
      expect(calls.find(({ name }) => name === "timeline-entries.create")?.body).toEqual({
        type: "timeline_comment",
        object: root.id,
        body: "Fifteen.",
        visibility: "internal",
        idempotency_key: expect.any(String),
      }),
    );
  });

  it("begins with a press on the comment, and none is begun on a deleted one", async () => {
    const { thread: _, ...alone } = root;
    const gone = entry(3, { is_deleted: true, thread: { total_replies: 1 } });
    serve({
      ...handlers,
      "timeline-entries.list": ({ object }) =>
        ok({ timeline_entries: object === grace.id ? [alone, gone] : object === gone.id ? [reply] : [] }),
    });
    const { user } = openApp("/contacts/REVU-1?tab=discussion");
    await user.click(await screen.findByRole("button", { name: "Reply in thread" }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Write a reply")));
    await user.click(screen.getByRole("button", { name: "1 reply" }));
    expect(await screen.findByText("Ten percent.")).toBeDefined();
    expect(screen.getAllByLabelText("Write a reply")).toHaveLength(1);
  });
});
