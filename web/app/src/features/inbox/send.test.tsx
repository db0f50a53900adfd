import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { openApp } from "@/testing/app";
import { conversation } from "@/testing/inbox";
import { ada, type Call, created, ok, serve, signedIn } from "@/testing/server";

const thanks = { id: "don:canned/1", display_id: "CANNED-1", shortcut: "thx", title: "Thanks", body: "Hi {{a}}" };

const handlers = {
  ...signedIn,
  "canned-replies.list": () => ok({ canned_replies: [thanks] }),
  "conversations.get": () => ok({ conversation: conversation(1) }),
  "conversations.list": () => ok({ conversations: [conversation(1)] }),
  "conversations.count": () => ok({ count: 1, more: false }),
  "timeline-entries.create": () => created({ timeline_entry: {} }),
  "timeline-entries.list": () => ok({ timeline_entries: [] }),
};

/** An answer that comes when it is told to. */
function late() {
  let come = () => {};
  const answer = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { answer, come };
}

const sent = (calls: Call[]) =>
  calls.filter(({ name }) => name === "timeline-entries.create").map(({ body }) => body as { body: string });
const open = async () => {
  const { user } = openApp("/conversations/CONV-1");
  return { user, field: await screen.findByLabelText<HTMLTextAreaElement>("Write a reply") };
};

const draftOf = (n: number) => `kith.draft ${ada.id} ${conversation(n).id}`;

beforeEach(() => sessionStorage.clear());

describe("on a slow connection", () => {
  it("a canned reply is not sent before it is filled in, and what is written becomes a note all the same", async () => {
    const { answer, come } = late();
    const { calls } = serve({
      ...handlers,
      "canned-replies.render": async () => {
        await answer;
        return ok({ body: "Hi Grace", missing: [] });
      },
    });
    const { user, field } = await open();
    await user.type(field, "/thx");
    await screen.findByRole("option", { name: /Thanks/ });
    await user.keyboard("{Enter}{Control>}{Enter}{/Control}");
    await waitFor(() => expect(screen.getByRole("button", { name: "Send" })).toHaveProperty("disabled", true));
    await user.click(screen.getByRole("button", { name: "Internal note" }));
    expect(sent(calls)).toEqual([]);
    come();
    const note = await screen.findByLabelText<HTMLTextAreaElement>("Write an internal note");
    await waitFor(() => expect(note.value).toBe("Hi Grace"));
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(sent(calls)).toMatchObject([{ body: "Hi Grace", visibility: "internal" }]));
  });

  it("the next message is written while the last one is not shown yet", async () => {
    const { answer, come } = late();
    let isSent = false;
    const { calls } = serve({
      ...handlers,
      "timeline-entries.create": () => {
        isSent = true;
        return created({ timeline_entry: {} });
      },
      "timeline-entries.list": async () => {
        if (isSent) await answer;
        return ok({ timeline_entries: [] });
      },
    });
    const { user, field } = await open();
    await user.type(field, "One{Control>}{Enter}{/Control}");
    await waitFor(() => expect(field.value).toBe(""));
    await user.type(field, "Two{Control>}{Enter}{/Control}");
    await waitFor(() => expect(sent(calls).map(({ body }) => body)).toEqual(["One", "Two"]));
    come();
  });

  it("a reply whose answer is lost is sent again as the same one, and the next one is another", async () => {
    let isLost = true;
    const { calls } = serve({
      ...handlers,
      "timeline-entries.create": () => {
        if (!isLost) return created({ timeline_entry: {} });
        isLost = false;
        throw new TypeError("Failed to fetch");
      },
    });
    const { user, field } = await open();
    await user.type(field, "Hi{Control>}{Enter}{/Control}");
    await screen.findAllByRole("alert");
    expect(field.value).toBe("Hi");
    await user.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(field.value).toBe(""));
    await user.type(field, "Hi{Control>}{Enter}{/Control}");
    await waitFor(() => expect(sent(calls)).toHaveLength(3));
    const [first, again, other] = sent(calls).map((body) => (body as { idempotency_key?: string }).idempotency_key);
    expect(first).toBeTruthy();
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("what is being written goes on on the conversation that this one is merged into", async () => {
    let now = conversation(1);
    serve({ ...handlers, "conversations.get": () => ok({ conversation: now }) });
    const { user, field } = await open();
    await user.type(field, "Half a ");
    now = conversation(2);
    sessionStorage.setItem(draftOf(2), JSON.stringify({ text: "There already", visibility: "internal", mentions: [] }));
    window.dispatchEvent(new Event("focus"));
    const note = await screen.findByLabelText<HTMLTextAreaElement>("Write an internal note");
    expect(note.value).toBe("There already\n\nHalf a ");
    expect(sessionStorage.getItem(draftOf(1))).toBeNull();
    expect(screen.queryByLabelText("Write a reply")).toBeNull();
  });

  it("a conversation that is being deleted is not read again", async () => {
    const { answer, come } = late();
    const { calls } = serve({
      ...handlers,
      "conversations.delete": async () => {
        await answer;
        return ok({});
      },
    });
    const { user } = await open();
    const count = (name: string) => calls.filter((call) => call.name === name).length;
    const reads = () => count("timeline-entries.list") + count("conversations.get");
    const first = reads();
    window.dispatchEvent(new Event("focus"));
    await waitFor(() => expect(reads()).toBe(first + 2));
    await user.click(screen.getByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    const lists = count("conversations.list");
    window.dispatchEvent(new Event("focus"));
    await waitFor(() => expect(count("conversations.list")).toBeGreaterThan(lists));
    expect(reads()).toBe(first + 2);
    come();
    await waitFor(() => expect(screen.queryByLabelText("Write a reply")).toBeNull());
  });
});
