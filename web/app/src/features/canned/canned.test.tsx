import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { type CannedReply, openPlaceholders, slashBefore } from "@/features/canned/canned";
import { openApp } from "@/testing/app";
import { adaSummary, conversation } from "@/testing/inbox";
import { type Call, created, ok, serve, signedIn } from "@/testing/server";

function reply(n: number, more: Partial<CannedReply> = {}): CannedReply {
  return {
    ...{ id: `don:core:kith:devo/1:canned_reply/${n}`, display_id: `CANNED-${n}` },
    ...{ shortcut: `text-${n}`, title: `Text ${n}`, body: "Hi {{contact.first_name|there}}", visibility: "shared" },
    ...{ created_date: "2026-01-01T00:00:00Z", modified_date: "2026-01-01T00:00:00Z", created_by: adaSummary },
    ...more,
  } as CannedReply;
}

const macro = {
  ...{ id: "don:core:kith:devo/1:macro/1", display_id: "MACRO-1", name: "Send back", version: 3 },
  object_types: ["conversation"],
  actions: [
    { type: "reply", body: "Hi" },
    { type: "snooze", minutes: 2880 },
    { type: "set_owner" },
    { type: "add_tags", tags: [{ tag: { id: "don:tag/1", display_id: "TAG-1", name: "vip" }, value: "gold" }] },
  ],
  ...{ created_date: "2026-01-01T00:00:00Z", modified_date: "2026-01-01T00:00:00Z" },
};

const handlers = {
  ...signedIn,
  "canned-replies.list": () => ok({ canned_replies: [reply(1), reply(2, { visibility: "private" })] }),
  "canned-replies.render": ({ body }: { body?: string }) => ok({ body: `filled: ${body}`, missing: [] }),
  "macros.list": () => ok({ macros: [macro] }),
  "conversations.get": () => ok({ conversation: conversation(1) }),
  "conversations.list": () => ok({ conversations: [conversation(1)] }),
  "conversations.count": () => ok({ count: 1, more: false }),
  "timeline-entries.list": () => ok({ timeline_entries: [] }),
  "rev-users.get": () => ({ status: 404, body: { type: "not_found", message: "gone" } }),
  "rev-users.identifiers.list": () => ok({ identifiers: [] }),
};
const asked = (calls: Call[], name: string) => calls.filter((call) => call.name === name).map(({ body }) => body);

beforeEach(() => sessionStorage.clear());

describe("what stands open in a text", () => {
  it.each([
    ["Hi there", []],
    ["{{a.b}} and {{a.b}}, {{c|d}}", ["{{a.b}}", "{{c|d}}"]],
    ["broken {{contact.na", ["{{contact.na"]],
    ["in code `{{a}}`, and\n```\n{{b}}\n```\n{{c}}", ["{{c}}"]],
    ["{ {a} }", []],
  ])("of %o is %o", (text, want) => {
    expect(openPlaceholders(text)).toEqual(want);
  });
});

describe("a slash", () => {
  it.each([
    ["/", ""],
    ["/Ref", "Ref"],
    ["Hi\n/ref", "ref"],
    ["a/b", undefined],
    ["https://x", undefined],
    ["/ref x", undefined],
  ])("in %o asks for %o", (text, want) => {
    expect(slashBefore(text, text.length)).toBe(want);
  });
});

describe("canned replies", () => {
  it("are listed, made with a preview, and keep the form when the shortcut is taken", async () => {
    let taken = true;
    const { calls } = serve({
      ...handlers,
      "canned-replies.create": () =>
        taken
          ? { status: 409, body: { type: "conflict", message: "“hi” is in use", field_name: "shortcut" } }
          : created({ canned_reply: reply(3) }),
    });
    const { user } = openApp("/settings/replies");
    const list = await screen.findByRole("list", { name: "Canned replies" });
    within(list).getByText("/text-1");
    within(list).getByText("Only you");
    await user.click(screen.getByRole("button", { name: "New reply" }));
    await user.click(screen.getByRole("button", { name: "Create reply" }));
    screen.getByText("Give it a shortcut, such as refund");
    screen.getByText("Enter the text");
    await user.type(screen.getByLabelText("Title"), "Hello");
    await user.type(screen.getByLabelText("Shortcut"), "/hi");
    await user.type(screen.getByLabelText("Text"), "Dear ");
    await user.click(screen.getByRole("button", { name: "First name" }));
    await screen.findByText("filled: Dear {{contact.first_name}}");
    await user.click(screen.getByRole("button", { name: "Create reply" }));
    await screen.findByText("“hi” is in use");
    taken = false;
    await user.click(screen.getByRole("button", { name: "Create reply" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked(calls, "canned-replies.create").at(-1)).toEqual({
      ...{ shortcut: "hi", title: "Hello", body: "Dear {{contact.first_name}}", visibility: "shared" },
    });
  });

  it("come after a slash, filled in, and what stands open keeps a reply from being sent", async () => {
    const { calls } = serve({
      ...handlers,
      "canned-replies.render": () => ok({ body: "Hi Grace of {{account.name}}", missing: ["account.name"] }),
      "timeline-entries.create": () => created({ timeline_entry: {} }),
    });
    const { user } = openApp("/conversations/CONV-1");
    const field = await screen.findByLabelText<HTMLTextAreaElement>("Write a reply");
    await user.type(field, "Well, /te");
    await screen.findByRole("option", { name: /Text 1/ });
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(field.value).toBe("Well, Hi Grace of {{account.name}}"));
    expect(asked(calls, "canned-replies.render")).toEqual([{ id: reply(2).id, object: conversation(1).id }]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(asked(calls, "timeline-entries.create")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "{{account.name}}" }));
    await user.keyboard("Navy");
    expect(field.value).toBe("Well, Hi Grace of Navy");
    await user.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() =>
      expect(asked(calls, "timeline-entries.create")).toMatchObject([{ body: "Well, Hi Grace of Navy" }]),
    );
  });
});

describe("macros", () => {
  it("are listed with what they do, and changed", async () => {
    const { calls } = serve({ ...handlers, "macros.update": () => ok({ macro }) });
    const { user } = openApp("/settings/replies?tab=macros");
    await screen.findByText(
      "Reply to the customer · Snooze: 2 days · Set the owner: Who runs it · Add tags: vip: gold",
    );
    screen.getByText("Conversations only");
    await user.click(screen.getByRole("button", { name: "Edit Send back" }));
    await user.click(screen.getByRole("button", { name: "Take off: Set the owner" }));
    await user.selectOptions(screen.getByLabelText("Snooze"), "1 hour");
    await user.click(screen.getByRole("button", { name: "Add" }));
    await user.click(await screen.findByRole("menuitem", { name: "Set the stage" }));
    await user.selectOptions(screen.getByLabelText("Set the stage"), "On hold (conversations)");
    await user.click(screen.getByRole("button", { name: "Save macro" }));
    await waitFor(() =>
      expect(asked(calls, "macros.update")).toEqual([
        {
          ...{ id: macro.id, name: "Send back" },
          actions: [
            { type: "reply", body: "Hi" },
            { type: "snooze", minutes: 60 },
            { type: "add_tags", tags: [{ id: "don:tag/1", value: "gold" }] },
            { type: "set_stage", stage: "hold" },
          ],
        },
      ]),
    );
  });

  it("run at one press on what is open, and after a question on what is chosen", async () => {
    let fails = true;
    const { calls } = serve({
      ...handlers,
      "macros.run": () =>
        fails
          ? { status: 400, body: { type: "value_not_permitted", message: "the action reply cannot be done" } }
          : ok({ conversation: conversation(1, { owned_by: [adaSummary] }) }),
    });
    const { user, router } = openApp("/conversations/CONV-1");
    const run = async () => {
      await user.click(await screen.findByRole("button", { name: "Macro" }));
      await user.click(await screen.findByRole("option", { name: "Send back" }));
    };
    await run();
    await screen.findByText(/The action reply cannot be done/);
    fails = false;
    await run();
    await screen.findByText("Done: Send back");
    await screen.findByRole("button", { name: "Owner: Ada Lovelace" });
    expect(asked(calls, "macros.run").at(-1)).toMatchObject({ id: macro.id, object: conversation(1).id, version: 3 });

    await router.navigate({ to: "/conversations" });
    await user.click(await screen.findByRole("checkbox", { name: /Select .*Matter 1/ }));
    await run();
    const before = asked(calls, "macros.run").length;
    await user.click(await screen.findByRole("button", { name: "Run macro" }));
    await waitFor(() => expect(asked(calls, "macros.run")).toHaveLength(before + 1));
  });
});
