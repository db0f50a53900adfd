import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { openApp } from "@/testing/app";
import { contact } from "@/testing/duplicates";
import { adaSummary, conversation, message, ticket } from "@/testing/inbox";
import { ada, type Call, created, ok, serve, signedIn } from "@/testing/server";
import { setScreen } from "@/testing/setup";

const grace = contact(1, "Grace Hopper", { email: "grace@navy.example" });
const noEntries = () => ok({ timeline_entries: [] });
const handlers = {
  ...signedIn,
  "conversations.count": () => ok({ count: 2, more: false }),
  "conversations.list": () => ok({ conversations: [conversation(1), conversation(2, { title: "" })] }),
  "conversations.get": () => ok({ conversation: conversation(1) }),
  "works.count": () => ok({ count: 1, more: false }),
  "works.list": () => ok({ works: [ticket(1)] }),
  "works.get": () => ok({ work: ticket(1) }),
  "timeline-entries.list": noEntries,
  "rev-users.get": () => ok({ rev_user: grace }),
  "rev-users.identifiers.list": () =>
    ok({
      identifiers: [
        {
          kind: "email",
          value: "grace@navy.example",
          main: true,
          proof: "attested",
          source: "api",
          since: "2026-01-01T00:00:00Z",
        },
      ],
    }),
  "dev-users.list": () =>
    ok({ dev_users: [ada, { ...ada, id: "don:devu/2", display_id: "DEVU-2", display_name: "Bob" }] }),
};
const asked = (calls: Call[], name: string) => calls.filter((call) => call.name === name).map(({ body }) => body);

beforeEach(() => sessionStorage.clear());

describe("the list of conversations", () => {
  it("shows open ones with what was said last, and asks for what is chosen", async () => {
    const { calls } = serve({
      ...handlers,
      "timeline-entries.list": ({ object }) =>
        ok({
          timeline_entries: [
            message(
              1,
              object.endsWith("/1") ? "**Hello** there" : "We look",
              object.endsWith("/1") ? {} : { created_by: adaSummary },
            ),
          ],
        }),
    });
    const { user, router } = openApp("/conversations");
    const grid = await screen.findByRole("grid", { name: "Conversations" });
    await within(grid).findByText("Hello there");
    await within(grid).findByText(/Ada Lovelace: We look/);
    within(grid).getByRole("link", { name: "Conversation with Grace Hopper" });
    expect(asked(calls, "conversations.list")[0]).toEqual({
      state: ["open", "in_progress"],
      is_spam: false,
      is_snoozed: false,
      sort_by: ["last_message_date:desc"],
      limit: 50,
    });
    await user.click(screen.getByRole("button", { name: "Owner" }));
    await user.click(await screen.findByRole("option", { name: "Nobody" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ owner: "none" }));
    await user.click(screen.getByRole("button", { name: "Stage" }));
    await user.click(await screen.findByRole("option", { name: "On hold" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ owner: "none", stage: "hold" }));
    await waitFor(() =>
      expect(asked(calls, "conversations.list").at(-1)).toMatchObject({ has_owner: false, stage: { name: ["hold"] } }),
    );
  });

  it("is walked by keyboard: chosen ones change together, and failures are told", async () => {
    const { calls } = serve({
      ...handlers,
      "conversations.update": ({ id }) =>
        id.endsWith("/2")
          ? { status: 404, body: { type: "not_found", message: "CONV-2 does not exist" } }
          : ok({ conversation: conversation(1) }),
    });
    const { user, router } = openApp("/conversations");
    await screen.findByRole("grid");
    await user.keyboard("jxjx");
    await screen.findByText("2 selected");
    await user.click(screen.getByRole("button", { name: "Mark as spam" }));
    await screen.findByText("1 conversation changed");
    await screen.findByText("1 conversation could not be changed");
    expect(asked(calls, "conversations.update")).toEqual([
      { id: conversation(1).id, is_spam: true },
      { id: conversation(2).id, is_spam: true },
    ]);
    await user.keyboard("k{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations/CONV-1"));
  });

  it("says when there is none, and what failed", async () => {
    let fails = true;
    serve({
      ...handlers,
      "conversations.list": () =>
        fails ? { status: 400, body: { type: "bad_request", message: "no such filter" } } : ok({ conversations: [] }),
    });
    const { user } = openApp("/conversations");
    await screen.findByText("No such filter");
    fails = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("No open conversations");
  });

  it("has lines on phones, and no list beside what is open", async () => {
    setScreen("narrow");
    serve(handlers);
    const { user, router } = openApp("/conversations");
    await user.click(await screen.findByRole("link", { name: /Matter 1/ }));
    await screen.findByRole("heading", { name: "Matter 1" });
    expect(screen.queryByRole("region", { name: "Conversations" })).toBeNull();
    await user.click(screen.getByRole("link", { name: "All conversations" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations"));
  });
});

describe("a conversation", () => {
  const open = () => openApp("/conversations/CONV-1");

  it("tells the customer's messages, the team's, and notes apart, and runs nothing that they contain", async () => {
    serve({
      ...handlers,
      "timeline-entries.list": () =>
        ok({
          timeline_entries: [
            message(1, "<img src=x onerror=alert(1)> [run](javascript:alert(2)) [site](https://navy.example)"),
            message(2, "We look into it", { created_by: adaSummary }),
            message(3, "She is a VIP", { created_by: adaSummary, visibility: "internal" }),
            message(4, "", {
              type: "timeline_change_event",
              created_by: adaSummary,
              visibility: "internal",
              event: {
                type: "updated",
                operation: "updated",
                updated: {
                  object_type: "conversation",
                  field_deltas: [
                    {
                      name: "stage",
                      old_value: { type: "string", value: "new" },
                      new_value: { type: "string", value: "needs_response" },
                    },
                  ],
                },
              },
            }),
          ],
        }),
    });
    open();
    const theirs = await screen.findByRole("article", { name: "Message from the customer Grace Hopper" });
    await within(theirs).findByRole("link", { name: "site" });
    within(theirs).getByText(/<img src=x/);
    expect(theirs.querySelector("img")).toBeNull();
    expect(within(theirs).getAllByRole("link")).toHaveLength(1);
    expect(within(theirs).getByRole("link", { name: "site" }).getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(screen.getByRole("article", { name: "Message from Ada Lovelace" }).textContent).toContain("We look into it");
    expect(screen.getByRole("article", { name: "Internal note of Ada Lovelace" }).textContent).toContain(
      "She is a VIP",
    );
    screen.getByText(/“Needs response”/);
    const card = screen.getByRole("region", { name: "Customer" });
    await within(card).findByText("Attested");
    expect(within(card).getByRole("link", { name: "Everything of this customer" }).getAttribute("href")).toBe(
      "/contacts/REVU-1?tab=inbox",
    );
  });

  it("answers the customer, keeps what is typed when that fails, and writes notes that stay inside", async () => {
    let fails = true;
    const { calls } = serve({
      ...handlers,
      "timeline-entries.create": () =>
        fails
          ? { status: 400, body: { type: "bad_request", message: "body: is too long" } }
          : created({ timeline_entry: message(1, "") }),
      "conversations.update": () => ok({ conversation: conversation(1) }),
    });
    const { user } = open();
    const reply = await screen.findByRole("textbox", { name: "Write a reply" });
    await user.type(reply, "On our way");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("Body: is too long");
    expect(reply).toHaveProperty("value", "On our way");
    fails = false;
    await user.click(screen.getByRole("button", { name: "Send and set the stage" }));
    await user.click(await screen.findByRole("menuitem", { name: "Send, then: Resolved" }));
    await waitFor(() => expect(reply).toHaveProperty("value", ""));
    await waitFor(() =>
      expect(asked(calls, "conversations.update")).toEqual([{ id: conversation(1).id, stage: { name: "resolved" } }]),
    );
    await user.click(screen.getByRole("button", { name: "Internal note" }));
    await user.type(screen.getByRole("textbox", { name: "Write an internal note" }), "Careful");
    await user.click(screen.getByRole("button", { name: "Add note" }));
    await waitFor(() => expect(asked(calls, "timeline-entries.create")).toHaveLength(3));
    expect(asked(calls, "timeline-entries.create").map((body) => (body as { visibility: string }).visibility)).toEqual([
      "external",
      "external",
      "internal",
    ]);
  });

  it("keeps drafts of different conversations apart", async () => {
    serve({
      ...handlers,
      "conversations.get": ({ id }) => ok({ conversation: conversation(Number(id.slice(5))) }),
    });
    const { user, router } = open();
    await user.type(await screen.findByRole("textbox", { name: "Write a reply" }), "Half a thought");
    await router.navigate({ to: "/conversations/$id", params: { id: "CONV-2" } });
    await screen.findByRole("heading", { name: "Matter 2" });
    expect(screen.getByRole("textbox", { name: "Write a reply" })).toHaveProperty("value", "");
    await router.navigate({ to: "/conversations/$id", params: { id: "CONV-1" } });
    await screen.findByRole("heading", { name: "Matter 1" });
    expect(screen.getByRole("textbox", { name: "Write a reply" })).toHaveProperty("value", "Half a thought");
  });

  it("is assigned, and the message takes it back", async () => {
    const { calls } = serve({
      ...handlers,
      "conversations.update": () => ok({ conversation: conversation(1, { owned_by: [adaSummary] }) }),
    });
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Owner: Nobody" }));
    await user.click(await screen.findByRole("option", { name: /Bob/ }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(asked(calls, "conversations.update")).toEqual([
        { id: conversation(1).id, owned_by: { set: ["DEVU-2"] } },
        { id: conversation(1).id, owned_by: { set: [] } },
      ]),
    );
  });

  it("is put off until a time, and woken", async () => {
    const until = "2026-12-24T08:00:00.000Z";
    const { calls } = serve({
      ...handlers,
      "conversations.update": ({ snoozed_until }) =>
        ok({ conversation: conversation(1, snoozed_until ? { snoozed_until: until } : {}) }),
    });
    const { user } = open();
    await screen.findByRole("button", { name: "Snooze" });
    await user.keyboard("z");
    await user.click(await screen.findByRole("menuitem", { name: /Pick date/ }));
    const field = await screen.findByLabelText("Date and time");
    await user.clear(field);
    await user.click(screen.getByRole("button", { name: "Snooze" }));
    await screen.findByText("Enter a date and a time");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    const before = Date.now();
    await user.click(screen.getByRole("button", { name: "Snooze" }));
    await user.click(await screen.findByRole("menuitem", { name: /In 3 hours/ }));
    await user.click(await screen.findByRole("button", { name: /^Snoozed until/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Wake now" }));
    await screen.findByRole("button", { name: "Snooze" });
    await user.click((await screen.findAllByRole("button", { name: "Undo" })).at(-1) as HTMLElement);
    await waitFor(() => expect(asked(calls, "conversations.update")).toHaveLength(3));
    const [asleep, awake, again] = asked(calls, "conversations.update");
    const hours = (Date.parse((asleep as { snoozed_until: string }).snoozed_until) - before) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(3);
    expect(hours).toBeLessThan(3.1);
    expect(awake).toEqual({ id: conversation(1).id, snoozed_until: null });
    expect(again).toEqual({ id: conversation(1).id, snoozed_until: until });
  });

  it("becomes a ticket of its customer, and is linked with it", async () => {
    const { calls } = serve({
      ...handlers,
      "parts.list": () => ok({ parts: [{ id: "don:p/1", display_id: "PROD-1", name: "Compiler", owned_by: [] }] }),
      "works.create": () => created({ work: ticket(1) }),
      "links.create": () => created({ link: {} }),
    });
    const { user, router } = open();
    await user.click(await screen.findByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Make a ticket of it…" }));
    await user.click(await screen.findByRole("button", { name: "Product: Add" }));
    await user.click(await screen.findByRole("option", { name: "Compiler" }));
    await user.click(screen.getByRole("button", { name: "Create ticket" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/tickets/TKT-1"));
    expect(asked(calls, "works.create")).toEqual([
      {
        type: "ticket",
        title: "Matter 1",
        body: "",
        applies_to_part: "PROD-1",
        owned_by: ["DEVU-1"],
        reported_by: ["REVU-1"],
        severity: "medium",
      },
    ]);
    expect(asked(calls, "links.create")).toEqual([
      { link_type: "is_converted_to", source: conversation(1).id, target: ticket(1).id },
    ]);
  });

  it("goes to the trash, from which its address brings it back", async () => {
    let gone = false;
    serve({
      ...handlers,
      "conversations.get": () =>
        gone ? { status: 404, body: { type: "not_found", message: "no" } } : ok({ conversation: conversation(1) }),
      "conversations.delete": () => {
        gone = true;
      },
      "conversations.restore": () => {
        gone = false;
      },
    });
    const { user, router } = open();
    await user.click(await screen.findByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations"));
    await router.navigate({ to: "/conversations/$id", params: { id: "CONV-1" } });
    await screen.findByText("There is no conversation CONV-1");
    await user.click(screen.getByRole("button", { name: "Bring it back from the trash" }));
    await screen.findByRole("heading", { name: "Matter 1" });
  });
});

describe("tickets", () => {
  it("shows what a ticket is about, and changes its severity", async () => {
    const { calls } = serve({
      ...handlers,
      "works.get": () => ok({ work: ticket(1, { body: "It **leaks**", custom_fields: { tnt__plan: "Gold" } }) }),
      "works.update": () => ok({ work: ticket(1, { severity: "blocker" }) }),
    });
    const { user } = openApp("/tickets/TKT-1");
    await screen.findByText("leaks");
    await screen.findByText("Plan");
    screen.getByRole("textbox", { name: "Write an internal note" });
    await user.click(screen.getByRole("button", { name: "Severity: High" }));
    await user.click(await screen.findByRole("option", { name: "Blocker" }));
    await screen.findByRole("button", { name: "Severity: Blocker" });
    expect(asked(calls, "works.update")).toEqual([{ id: ticket(1).id, type: "ticket", severity: "blocker" }]);
  });

  it("is made by hand; what is missing is named", async () => {
    const { calls } = serve({
      ...handlers,
      "works.create": () => ({
        status: 400,
        body: {
          type: "missing_required_field",
          message: "applies_to_part: is required",
          field_name: "applies_to_part",
        },
      }),
    });
    const { user } = openApp("/tickets");
    await screen.findByRole("grid");
    await user.keyboard("n");
    await user.click(await screen.findByRole("button", { name: "Create ticket" }));
    await screen.findByText("Enter what it is about");
    expect(asked(calls, "works.create")).toEqual([]);
    await user.type(screen.getByRole("textbox", { name: "Title" }), "It leaks");
    await user.click(screen.getByRole("button", { name: "Create ticket" }));
    await screen.findByText("Product: Is required");
  });
});

describe("a customer's conversations and tickets", () => {
  it("stand in one list, the latest first, with what may be sold", async () => {
    const { calls } = serve({
      ...handlers,
      "conversations.list": () =>
        ok({
          conversations: [
            conversation(1, { last_external_message_date: "2026-01-05T00:00:00.000Z" }),
            conversation(2, { last_external_message_date: "2026-01-01T00:00:00.000Z" }),
          ],
        }),
      "works.list": ({ type }) =>
        type?.[0] === "opportunity"
          ? ok({
              works: [
                ticket(9, {
                  type: "opportunity",
                  title: "Renewal",
                  value: { amount: "1200.50", currency: "EUR" },
                  owned_by: [adaSummary],
                }),
              ],
            })
          : ok({ works: [ticket(1, { modified_date: "2026-01-03T00:00:00.000Z" })] }),
    });
    const { user } = openApp("/contacts/REVU-1?tab=inbox");
    const part = await screen.findByRole("region", { name: "Conversations and tickets" });
    await within(part).findByRole("link", { name: "Matter 2" });
    expect(
      within(part)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual(["Matter 1", "Fault 1", "Matter 2"]);
    expect(asked(calls, "conversations.list")[0]).toMatchObject({ members: ["REVU-1"] });
    expect(asked(calls, "works.list")).toContainEqual(
      expect.objectContaining({ contact: ["REVU-1"], type: ["ticket"] }),
    );
    const deals = screen.getByRole("region", { name: "Opportunities" });
    await within(deals).findByText("Renewal");
    within(deals).getByText(/1,200\.50/);
    await user.click(within(part).getByRole("button", { name: /^Tickets/ }));
    await waitFor(() => expect(within(part).queryByRole("link", { name: "Matter 1" })).toBeNull());
  });

  it("begin with a message of the team", async () => {
    const { calls } = serve({
      ...handlers,
      "conversations.create": () => created({ conversation: conversation(1) }),
    });
    const { user, router } = openApp("/contacts/REVU-1?tab=inbox");
    await user.click(await screen.findByRole("button", { name: "New conversation" }));
    await user.click(await screen.findByRole("button", { name: "Start conversation" }));
    await screen.findByText("Enter what to say");
    await user.type(screen.getByRole("textbox", { name: "First message" }), "How do you do?");
    await user.click(screen.getByRole("button", { name: "Start conversation" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/conversations/CONV-1"));
    expect(asked(calls, "conversations.create")).toEqual([
      {
        type: "support",
        members: ["REVU-1"],
        messages: [{ body: "How do you do?" }],
        owned_by: ["DEVU-1"],
        stage: { name: "waiting_on_user" },
      },
    ]);
  });
});

describe("moving to another contact", () => {
  it("takes the place of the contact, and can be taken back", async () => {
    const bo = contact(7, "Bo Diddley");
    const { calls } = serve({
      ...handlers,
      "rev-users.query": () => ok({ rev_users: [bo], count: 1, more: false }),
      "conversations.move": () => ok({ conversation: conversation(1) }),
    });
    const { user } = openApp("/conversations/CONV-1");
    await user.click(await screen.findByRole("button", { name: "Actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Move to another contact…" }));
    const dialog = await screen.findByRole("dialog", { name: "Move the conversation to another contact" });
    await user.click(within(dialog).getByRole("button", { name: "Move" }));
    expect(asked(calls, "conversations.move")).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Contact: Add" }));
    await user.click(await screen.findByRole("option", { name: /Bo Diddley/ }));
    await user.click(within(dialog).getByRole("button", { name: "Move" }));
    await screen.findByText("Moved to Bo Diddley");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(asked(calls, "conversations.move")).toHaveLength(2));
    const [first, back] = asked(calls, "conversations.move") as { id: string; rev_user: string }[];
    expect(first).toEqual({ id: conversation(1).id, rev_user: bo.display_id });
    expect(back?.rev_user).toBe(conversation(1).members?.find(({ type }) => type === "rev_user")?.id);
  });
});
