import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { textOf } from "@/features/inbox/inbox-view";
import { openApp } from "@/testing/app";
import { conversation, ticket } from "@/testing/inbox";
import { type Call, created, ok, serve, signedIn } from "@/testing/server";

const vista = {
  id: "don:vista/3",
  display_id: "VISTA-3",
  name: "Gold ones",
  type: "dynamic",
  filter_type: "conversations",
  filter: "account.tier = gold and state != closed",
  is_default: false,
  is_public: true,
  shared_with: [],
  dropped_fields: [],
  custom_view: { column_properties: [], sort_by: ["last_message_date:asc"], layout: "list" },
};
const group = (value: string, label: string, count: number, more = false) => ({
  ...{ value, label, count, more },
  filter: `state in (open, in_progress) and spam = false and owner = ${value}`,
  conversations: [conversation(count)],
});
const handlers = {
  ...signedIn,
  "vistas.list": () => ok({ vistas: [vista] }),
  "conversations.count": () => ok({ count: 2, more: false }),
  "conversations.list": () => ok({ conversations: [conversation(1)] }),
  "conversations.query": () =>
    ok({
      count: 3,
      more: false,
      conversations: [],
      groups: [group("DEVU-1", "Ada Lovelace", 10_000, true), { ...group("", "", 1), filter: "has_owner = false" }],
    }),
  "timeline-entries.list": () => ok({ timeline_entries: [] }),
  "filters.explain": ({ filter }) =>
    ok({
      filter: typeof filter === "string" ? filter : "stage = hold",
      indexed: true,
      conditions: [],
      expression: { type: "primitive", field: "state", operator: "ne", values: ["closed"] },
    }),
} satisfies Parameters<typeof serve>[0];
const asked = (calls: Call[], name: string) => calls.filter((call) => call.name === name).map(({ body }) => body);

describe("the views of an inbox", () => {
  it("writes what was chosen as one filter", () => {
    expect(textOf({}, "ticket")).toBe("state in (open, in_progress) and spam = false");
    expect(textOf({ state: "closed", owner: "me", tag: "TAG-1", account: "ACC-2", spam: true }, "ticket")).toBe(
      "state = closed and owner = me and tag = TAG-1 and account = ACC-2 and spam = true",
    );
    expect(textOf({ stage: "hold", owner: "none", filter: "tag = a or tag = b" }, "conversation")).toBe(
      "stage = hold and has_owner = false and spam = false and (tag = a or tag = b)",
    );
  });

  it("has tabs for mine, nobody's and saved ones, whose filter is shown as conditions", async () => {
    const { calls } = serve(handlers);
    const { user, router } = openApp("/conversations");
    const tabs = await screen.findByRole("navigation", { name: "Saved views" });
    expect(within(tabs).getByRole("button", { name: "All open" }).getAttribute("aria-current")).toBe("page");
    await user.click(within(tabs).getByRole("button", { name: "Mine" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ owner: "me" }));
    await user.click(within(tabs).getByRole("button", { name: "Unassigned" }));
    await waitFor(() => expect(asked(calls, "conversations.list").at(-1)).toMatchObject({ has_owner: false }));
    await user.click(within(tabs).getByRole("button", { name: "Gold ones" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ vista: "VISTA-3" }));
    await screen.findByText("Closed");
    expect(screen.queryByRole("group", { name: "State" })).toBeNull();
    const asks = asked(calls, "conversations.list").at(-1) as object;
    expect(asks).toMatchObject({ filter: vista.filter, sort_by: ["last_message_date:asc"] });
    expect(asks).not.toHaveProperty("state");
    expect(asks).not.toHaveProperty("is_spam");
  });

  it("shows who has how much to do, and lists what one has", async () => {
    const { calls } = serve(handlers);
    const { user, router } = openApp("/conversations");
    await user.click(await screen.findByRole("button", { name: "Group" }));
    await user.click(await screen.findByRole("menuitem", { name: "Owner" }));
    const workload = await screen.findByRole("region", { name: "Who has how much to do" });
    expect(router.state.location.search).toEqual({ group: "owner" });
    expect(asked(calls, "conversations.query")[0]).toMatchObject({
      filter: "state in (open, in_progress) and spam = false and snoozed = false",
      group_by: "owner",
      sort_by: ["last_message_date:desc"],
    });
    within(workload).getByRole("button", { name: /Nobody\s*1/ });
    const ada = within(workload).getByRole("button", { name: /Ada Lovelace\s*10,000\+/ });
    await user.keyboard("j{Enter}");
    expect(ada.getAttribute("aria-expanded")).toBe("true");
    await user.keyboard("j");
    expect(document.activeElement?.textContent).toContain("Matter 10000");
    await user.click(within(workload).getByRole("button", { name: "Show all 10,000+" }));
    await waitFor(() =>
      expect(router.state.location.search).toEqual({ state: "all", filter: group("DEVU-1", "", 1).filter }),
    );
  });

  it("is saved with what was chosen", async () => {
    const { calls } = serve({ ...handlers, "vistas.create": () => created({ vista }) });
    const { user } = openApp("/conversations?owner=me&stage=hold&group=account.tier");
    await user.click(await screen.findByRole("button", { name: "Save as new view" }));
    await user.type(await screen.findByLabelText("Name"), "On hold");
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await waitFor(() =>
      expect(asked(calls, "vistas.create")[0]).toMatchObject({
        filter_type: "conversations",
        filter: "stage = hold and owner = me and spam = false",
        custom_view: { group_by: "account.tier", sort_by: ["last_message_date:desc"] },
      }),
    );
  });

  it("searches everything, and shows where the words are", async () => {
    const { calls } = serve({
      ...handlers,
      "search.core": () =>
        ok({ results: [{ type: "work", modified_date: "", snippet: "a &lt;b&gt; <em>piston</em>", work: ticket(1) }] }),
    });
    const { user, router } = openApp("/tickets");
    await screen.findByRole("searchbox");
    await user.keyboard("/piston");
    await waitFor(() => expect(router.state.location.search).toEqual({ q: "piston" }));
    expect((await screen.findByText("piston")).tagName).toBe("MARK");
    screen.getByText("a <b>", { exact: false });
    expect(asked(calls, "search.core").at(-1)).toEqual({ query: "piston", namespaces: ["ticket"], limit: 50 });
  });
});
