import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { RevUser } from "@/api/types";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";
import { setScreen } from "@/testing/setup";

function contact(n: number, more: Partial<RevUser> = {}): RevUser {
  return {
    id: `don:identity:kith:devo/1:revu/${n}`,
    display_id: `REVU-${n}`,
    display_name: `Contact ${n}`,
    external_ref: `REVU-${n}`,
    external_refs: [`REVU-${n}`],
    is_verified: false,
    owned_by: [],
    state: "shadow",
    stock_schema_fragment: "",
    created_date: "2024-05-17T12:00:00Z",
    modified_date: "2024-05-18T12:00:00Z",
    ...more,
  };
}

const page = (...contacts: RevUser[]) => ok({ count: contacts.length, more: false, rev_users: contacts });
const queries = (calls: { name: string; body: unknown }[]) =>
  calls.filter(({ name }) => name === "rev-users.query").map(({ body }) => body as Record<string, unknown>);

describe("contacts", () => {
  it("shows what is known of each", async () => {
    const grace = contact(7, {
      display_name: "Grace Hopper",
      email: "grace@example.com",
      phone_numbers: ["+12025550123", "+12025550124"],
      external_refs: ["cust-7"],
      is_verified: true,
      rev_org: { type: "rev_org", id: "r", display_name: "Navy" },
      tags: [
        { tag: { id: "1", name: "vip", style_new: { color: "#d97706" } } },
        { tag: { id: "2", name: "tier" }, value: "gold" },
        { tag: { id: "3", name: "third" } },
      ],
    });
    serve({ ...signedIn, "rev-users.query": () => page(grace, contact(8)) });
    openApp("/contacts");
    const [first, second] = (await screen.findAllByRole("row")).slice(1) as [HTMLElement, HTMLElement];
    const cells = within(first)
      .getAllByRole("gridcell")
      .map((cell) => cell.textContent);
    expect(cells.slice(1, 7)).toEqual([
      "Grace Hopper",
      "grace@example.com",
      "+12025550123+1",
      "cust-7",
      "Navy",
      "viptier: gold+1",
    ]);
    expect(within(first).getByLabelText("Verified")).toBeDefined();
    // A display id that stands in for a missing reference is not shown as one.
    expect(within(second).queryByText("REVU-8")).toBeNull();
    expect(screen.getByText("2 contacts")).toBeDefined();
    expect(screen.getByText("That is everyone")).toBeDefined();
  });

  it("sorts, shows columns and groups through the URL", async () => {
    const groups = [
      {
        value: "Gold",
        label: "Gold",
        count: 2,
        more: false,
        filter: "tnt__plan = Gold",
        rev_users: [contact(1)],
        next_cursor: "g",
      },
      { value: "", label: "", count: 1, more: false, filter: "tnt__plan empty", rev_users: [contact(3)] },
    ];
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": ({ group_by, cursor }) =>
        group_by ? ok({ count: 3, more: false, rev_users: [], groups }) : page(contact(cursor ? 2 : 1)),
    });
    const { user, router } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: "Name" }));
    await user.click(await screen.findByRole("button", { name: "Name" }));
    expect(router.state.location.search).toEqual({ sort: "display_name:desc" });
    expect(screen.getByRole("columnheader", { name: /^Name/ }).getAttribute("aria-sort")).toBe("descending");
    await user.click(screen.getByRole("button", { name: "Columns" }));
    await user.click(screen.getByLabelText("Show Plan"));
    await user.keyboard("{Escape}");
    expect(screen.getByRole("columnheader", { name: /^Plan/ })).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Group" }));
    await user.click(await screen.findByRole("menuitem", { name: "Plan" }));
    await user.click(await screen.findByRole("button", { name: "Show more of 2" }));
    expect(await screen.findByText("Contact 2")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Hide the group: Gold" }));
    expect(screen.queryByText("Contact 1")).toBeNull();
    expect(screen.getByText("Contact 3")).toBeDefined();
    expect(queries(calls).at(-1)).toMatchObject({
      filter: "tnt__plan = Gold",
      cursor: "g",
      sort_by: ["display_name:desc"],
    });
  });

  it("leads from filter chips to the server's text and back", async () => {
    const gold = { type: "primitive", field: "tnt__plan", operator: "in", values: ["Gold"] };
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": () => page(contact(1)),
      "filters.explain": ({ filter }) =>
        filter === "nonsense"
          ? {
              status: 400,
              body: { type: "bad_request", message: "filter: at 9: an operator is missing", field_name: "filter" },
            }
          : ok({ filter: "tnt__plan in (Gold)", expression: gold, indexed: true, conditions: [] }),
    });
    const { user, router } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: "Filter" }));
    await user.click((await screen.findAllByRole("option", { name: "Plan" }))[0] as HTMLElement);
    await user.click(await screen.findByRole("checkbox", { name: "Gold" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ filter: "tnt__plan in (Gold)" }));
    expect(calls.find(({ name }) => name === "filters.explain")?.body).toMatchObject({
      object: "rev_user",
      filter: gold,
    });
    await user.keyboard("{Escape}");
    expect(screen.getByText("is any of")).toBeDefined();

    await user.click(screen.getByRole("button", { name: "As text" }));
    const field = screen.getByRole("textbox", { name: "As text" });
    await user.clear(field);
    await user.type(field, "nonsense{Enter}");
    expect((await screen.findByRole("alert")).textContent).toMatch(/an operator is missing/);
    expect((field as HTMLInputElement).value).toBe("nonsense");
    expect(router.state.location.search).toEqual({ filter: "tnt__plan in (Gold)" });
  });

  it("forgets conditions that were not taken when another view is chosen", async () => {
    const vip = { type: "primitive", field: "tags", operator: "in", values: ["TAG-1"] };
    const vista = {
      ...{
        id: "v",
        display_id: "VISTA-1",
        name: "VIPs",
        filter: "tag in (TAG-1)",
        filter_type: "rev_users",
        type: "dynamic",
      },
      ...{ custom_view: {}, dropped_fields: [], is_default: false, is_public: false, shared_with: [] },
      ...{ created_date: "", modified_date: "" },
    };
    serve({
      ...signedIn,
      "rev-users.query": () => page(contact(1)),
      "vistas.list": () => ok({ vistas: [vista] }),
      "filters.explain": ({ filter }) =>
        typeof filter === "string"
          ? ok({ filter, expression: vip, indexed: true, conditions: [] })
          : { status: 400, body: { type: "bad_request", message: "filter: no", field_name: "filter" } },
    });
    const { user } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: "Filter" }));
    await user.click((await screen.findAllByRole("option", { name: "Plan" }))[0] as HTMLElement);
    await user.click(await screen.findByRole("checkbox", { name: "Gold" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/Filter: no/);
    await user.keyboard("{Escape}");
    await user.click(screen.getByRole("button", { name: "VIPs" }));
    expect(await screen.findByText("TAG-1")).toBeDefined();
    expect(screen.queryByText("Gold")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("moves by keyboard, chooses, and tags what is chosen once confirmed", async () => {
    const ended = {
      id: "b",
      object: "rev_user",
      action: { type: "add_tags" },
      display_id: "BULK-1",
      created_date: "",
      modified_date: "",
    };
    const progress = { matched: 2, done: 2, changed: 2, unchanged: 0, skipped: 0, failed: 0, left: 0, restored: 0 };
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": () => page(contact(1), contact(2), contact(3)),
      "tags.list": () =>
        ok({ tags: [{ id: "t", display_id: "TAG-1", name: "vip", created_date: "", modified_date: "" }] }),
      "bulk-actions.create": () => created({ bulk_action: { ...ended, state: "queued", progress } }),
      "bulk-actions.get": () => ok({ bulk_action: { ...ended, state: started ? "completed" : "pinned", progress } }),
      "bulk-actions.start": () => {
        started = true;
        return ok({ bulk_action: { ...ended, state: "running", progress } });
      },
    });
    let started = false;
    const { user } = openApp("/contacts");
    const grid = await screen.findByRole("grid", { name: "Contacts" });
    for (const key of ["j", "x", "ArrowDown", "x"]) fireEvent.keyDown(grid, { key });
    expect(await screen.findByText("2 selected")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Add tag" }));
    await user.click(await screen.findByRole("option", { name: "vip" }));
    expect(await screen.findByRole("dialog", { name: "Change 2 contacts?" })).toBeDefined();
    expect(calls.some(({ name }) => name === "bulk-actions.start")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByText("2 contacts changed")).toBeDefined();
    expect(calls.find(({ name }) => name === "bulk-actions.create")?.body).toMatchObject({
      object: "rev_user",
      filter: "id in (REVU-1, REVU-2)",
      action: { type: "add_tags", tags: [{ id: "TAG-1" }] },
      hold: true,
    });
  });

  it("keeps what was typed when somebody else changed the field meanwhile", async () => {
    let email = "old@example.com";
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": () => page(contact(1, { email: "old@example.com" })),
      "rev-users.get": () => ok({ rev_user: contact(1, { email }) }),
      "rev-users.update": (request) => ok({ rev_user: contact(1, { email: request.email ?? "" }) }),
    });
    const { user } = openApp("/contacts");
    await user.dblClick(await screen.findByText("old@example.com"));
    const field = await screen.findByRole("textbox", { name: "E-mail" });
    email = "theirs@example.com";
    await user.clear(field);
    await user.type(field, "mine@example.com");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(/Somebody else changed this record/)).toBeDefined();
    expect((field as HTMLInputElement).value).toBe("mine@example.com");
    expect(calls.some((call) => call.name === "rev-users.update")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("mine@example.com")).toBeDefined();
  });

  it("tells of new ones, and shows them when asked", async () => {
    let newest = contact(1);
    const list = () => ok({ rev_users: [newest] });
    serve({ ...signedIn, "rev-users.query": () => page(newest), "rev-users.list": list });
    const { user, client } = openApp("/contacts");
    await screen.findByText("Contact 1");
    expect(screen.queryByRole("button", { name: "Show new ones" })).toBeNull();
    newest = contact(2);
    await client.refetchQueries({ queryKey: ["newest"] });
    expect(screen.getByText("Contact 1")).toBeDefined();
    await user.click(await screen.findByRole("button", { name: "Show new ones" }));
    expect(await screen.findByText("Contact 2")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Show new ones" })).toBeNull();
  });

  it("offers ways in when there is nobody, and says what failed", async () => {
    let fails = true;
    serve({
      ...signedIn,
      "rev-users.query": () =>
        fails ? { status: 403, body: { type: "forbidden", message: "You may not list." } } : page(),
    });
    const { user } = openApp("/contacts");
    expect((await screen.findByRole("alert")).textContent).toMatch(/You may not list\./);
    fails = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No contacts yet")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Upload CSV" }));
    expect(await screen.findByRole("dialog", { name: "Import Contacts" })).toBeDefined();
  });

  it("fits phones: two lines a contact", async () => {
    setScreen("narrow");
    serve({ ...signedIn, "rev-users.query": () => page(contact(1, { phone_numbers: ["+49301"] })) });
    const { user, router } = openApp("/contacts");
    expect((await screen.findByRole("listitem")).textContent).toMatch(/Contact 1.*\+49301/);
    await user.click(screen.getByRole("button", { name: "Sort" }));
    await user.selectOptions(screen.getByLabelText("Sort by"), "E-mail");
    expect(router.state.location.search).toEqual({ sort: "email:asc" });
  });
});
