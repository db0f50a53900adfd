import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { ChangeEvent, TimelineEntry } from "@/features/discussion/timeline";
import { openApp } from "@/testing/app";
import { contact } from "@/testing/duplicates";
import { ada, created, ok, serve, signedIn } from "@/testing/server";

const grace = contact(1, "Grace Hopper");
const by = (n: number, name: string) =>
  ({ type: "dev_user", id: `don:identity:kith:devo/1:devu/${n}`, display_name: name }) as const;

function entry(more: Partial<TimelineEntry>): TimelineEntry {
  return {
    type: "timeline_comment",
    id: `${grace.id}:comment/1`,
    display_id: "",
    object: grace.id,
    object_display_id: grace.display_id,
    object_type: "rev_user",
    visibility: "internal",
    body_type: "text",
    created_by: by(1, ada.display_name),
    created_date: "2026-01-01T00:00:00.000Z",
    modified_date: "2026-01-01T00:00:00.000Z",
    ...more,
  };
}

const change = (event: ChangeEvent, id: string) =>
  entry({ type: "timeline_change_event", id, event, created_by: by(2, "Bob") });

/** That the record, as one end of a link, became a ticket, or came of one. */
const linked = (operation: string, end: "source" | "target", id: string) => {
  type End = NonNullable<ChangeEvent["linked"]>["link"]["source"];
  const other: End = { type: "ticket", id: "don:t/1", display_id: "TKT-1", owned_by: [], title: "It is down" };
  const own: End = { ...other, type: "conversation", id: grace.id, display_id: "REVU-1" };
  const ends = end === "source" ? { source: own, target: other } : { source: other, target: own };
  const link = { id: "don:l/1", display_id: "LINK-1", link_type: "is_converted_to", ...ends };
  return change({ type: operation === "linked" ? "linked" : "annotated", operation, linked: { link } }, id);
};

const page = (...timeline_entries: TimelineEntry[]) => ok({ timeline_entries });
const handlers = { ...signedIn, "rev-users.get": () => ok({ rev_user: grace }) };
const open = (more = "") => openApp(`/contacts/REVU-1?tab=discussion${more}`);
const rows = async () =>
  within(await screen.findByRole("list", { name: "Discussion and changes" })).getAllByRole("listitem");

beforeEach(() => sessionStorage.clear());

describe("the discussion of a record", () => {
  it("shows the latest page first, and what was before when asked", async () => {
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": ({ cursor }) =>
        cursor
          ? page(entry({ id: "a", body: "The first" }))
          : ok({ timeline_entries: [entry({ id: "b", body: "The second" })], prev_cursor: "before" }),
    });
    const { user } = open();
    expect(await rows()).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Show earlier" }));
    await screen.findByText("The first");
    expect((await rows()).map((row) => row.textContent)).toEqual([
      expect.stringContaining("The first"),
      expect.stringContaining("The second"),
    ]);
    const asked = { object: grace.id, collections: ["discussions", "events"], mode: "before", limit: 50 };
    expect(calls.filter(({ name }) => name === "timeline-entries.list").map(({ body }) => body)).toEqual([
      asked,
      { ...asked, cursor: "before" },
    ]);
  });

  it("keeps in the address what is shown", async () => {
    const { calls } = serve({ ...handlers, "timeline-entries.list": () => page() });
    const { user, router } = open();
    await screen.findByText("Nothing was said here yet, and nothing has changed.");
    await user.click(screen.getByRole("button", { name: "Changes" }));
    await screen.findByText("Nothing has changed yet.");
    expect(router.state.location.search).toEqual({ tab: "discussion", show: "changes" });
    expect(calls.at(-1)?.body).toMatchObject({ collections: ["events"] });
    expect(screen.queryByLabelText("Write a comment")).toBeNull();
  });

  it("tells changes in words", async () => {
    const summary = { type: "tag", id: "tag/1", display_id: "TAG-1", display_name: "vip" } as const;
    serve({
      ...handlers,
      "timeline-entries.list": () =>
        page(
          change({ type: "created", operation: "created" }, "1"),
          change(
            {
              type: "updated",
              operation: "updated",
              updated: {
                object_type: "rev_user",
                field_deltas: [
                  {
                    name: "display_name",
                    old_value: { type: "string", value: "A" },
                    new_value: { type: "string", value: "B" },
                  },
                ],
              },
            },
            "2",
          ),
          change(
            {
              type: "updated",
              operation: "updated",
              updated: {
                object_type: "rev_user",
                field_deltas: [
                  {
                    name: "tags",
                    new_value: { type: "tag_summary_list", values: [{ tag_id: "tag/1" }], names: [summary] },
                  },
                  { name: "tnt__seats", old_value: { type: "json", value: 3 } },
                ],
              },
            },
            "3",
          ),
          linked("linked", "source", "4"),
          linked("unlinked", "target", "5"),
          change({ type: "annotated", operation: "rev_user_merged" }, "6"),
          change({ type: "annotated", operation: "moon_landed" }, "7"),
          change(
            {
              type: "updated",
              operation: "assigned",
              rule: "Norway",
              updated: {
                object_type: "conversation",
                field_deltas: [{ name: "owned_by", new_value: { type: "id_list", values: ["x"] } }],
              },
            },
            "8",
          ),
          change(
            {
              type: "annotated",
              operation: "conversation_merged",
              merged: {
                merge: "MERGE-1",
                primary: { type: "conversation", id: "c1", display_id: "CONV-1" },
                secondary: { type: "conversation", id: "c2", display_id: "CONV-2" },
              },
            },
            "9",
          ),
        ),
    });
    open("&show=changes");
    const texts = (await rows()).map((row) => row.textContent);
    expect(texts[0]).toContain("Bob created this record");
    expect(texts[1]).toContain("Bob changed Name from “A” to “B”");
    expect(texts[2]).toContain("Bob changed 2 fields");
    expect(texts).toContain("added “vip” to Tags");
    expect(texts).toContain("cleared Seats, which was “3”");
    expect(texts.at(-6)).toContain("Bob noted that this became TKT-1 It is down");
    expect(texts.at(-5)).toContain("Bob took back that this came of TKT-1 It is down");
    expect(texts.at(-4)).toContain("Bob merged another contact with this one");
    expect(texts.at(-3)).toContain("Bob moon landed");
    expect(texts.at(-2)).toMatch(/^Kith added .* by the rule “Norway”/);
    expect(texts.at(-1)).toContain("Bob merged CONV-2 into this conversation");
  });

  it("sends with Ctrl Enter, and keeps what was typed when that fails", async () => {
    let fails = true;
    const entries: TimelineEntry[] = [];
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": () => page(...entries),
      "timeline-entries.create": ({ body = "", visibility = "internal" }) => {
        if (fails) return { status: 400, body: { message: "body: is too long" } };
        entries.push(entry({ body, visibility }));
        return created({ timeline_entry: entries[0] });
      },
    });
    const { user } = open();
    const field = await screen.findByLabelText<HTMLTextAreaElement>("Write a comment");
    await user.type(field, "Call her **back**");
    await user.selectOptions(screen.getByLabelText("Who may read it"), "Private");
    await user.keyboard("{Control>}");
    await user.type(field, "{Enter}");
    await user.keyboard("{/Control}");
    expect((await screen.findByRole("alert")).textContent).toBe("Body: is too long");
    expect(field.value).toBe("Call her **back**");
    expect(sessionStorage.length).toBe(1);
    fails = false;
    await user.click(screen.getByRole("button", { name: "Comment" }));
    expect((await screen.findByText("back")).tagName).toBe("STRONG");
    await waitFor(() => expect(field.value).toBe(""));
    expect(sessionStorage.length).toBe(0);
    expect(calls.find(({ name }) => name === "timeline-entries.create")?.body).toEqual({
      type: "timeline_comment",
      object: grace.id,
      body: "Call her **back**",
      visibility: "private",
      idempotency_key: expect.any(String),
    });
  });

  it("lets the author alone change and delete a comment", async () => {
    let entries = [
      entry({ id: "mine", body: "Mine" }),
      entry({ id: "other", body: "Other", created_by: by(2, "Bob") }),
    ];
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": () => page(...entries),
      "timeline-entries.update": ({ body }) => {
        entries = entries.map((one) => (one.id === "mine" && body ? { ...one, body } : one));
        return ok({ timeline_entry: entries[0] });
      },
      "timeline-entries.delete": () => {
        entries = entries.map((one) => (one.id === "mine" ? { ...one, body: "", is_deleted: true } : one));
      },
    });
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Edit comment" }));
    const field = screen.getByLabelText("The comment’s text");
    await user.clear(field);
    await user.type(field, "Better");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Better");
    await user.click(screen.getByRole("button", { name: "Delete comment" }));
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Delete" }));
    await screen.findByText("This comment was deleted");
    expect(screen.queryByRole("button", { name: "Edit comment" })).toBeNull();
    expect(calls.find(({ name }) => name === "timeline-entries.update")?.body).toEqual({
      id: "mine",
      type: "timeline_comment",
      body: "Better",
    });
  });

  it("offers people after an @, and sends their ids", async () => {
    const bob = { ...by(2, "Bob Stone"), display_id: "DEVU-2", email: "bob@acme.com" };
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": () => page(),
      "timeline-entries.create": () => created({ timeline_entry: entry({ body: "x" }) }),
      "dev-users.list": () => ok({ dev_users: [ada, bob] }),
      "search.core": () => ok({ results: [{ type: "user", user: { ...grace, display_name: "Boba Fett" } }] }),
    });
    const { user } = open();
    await user.type(await screen.findByLabelText("Write a comment"), "Ask @bo");
    const list = await screen.findByRole("listbox", { name: "People to name" });
    expect(within(list).getAllByRole("option")).toHaveLength(2);
    await user.keyboard("{ArrowDown}{ArrowUp}{Enter}");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.keyboard("first");
    expect(screen.getByDisplayValue("Ask @Bob Stone first")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Comment" }));
    await waitFor(() =>
      expect(calls.find(({ name }) => name === "timeline-entries.create")?.body).toMatchObject({
        body: `Ask <${bob.id}> first`,
        visibility: "internal",
      }),
    );
  });
});
