import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { RevUser } from "@/api/types";
import { openApp } from "@/testing/app";
import { ok, serve, signedIn } from "@/testing/server";
import { setScreen } from "@/testing/setup";

function contact(n: number, more: Partial<RevUser> = {}): RevUser {
  return {
    id: `don:identity:kith:devo/1:revu/${n}`,
    display_id: `REVU-${n}`,
    display_name: `Contact ${n}`,
    external_ref: `REVU-${n}`,
    external_refs: [],
    is_verified: false,
    owned_by: [],
    state: "shadow",
    stock_schema_fragment: "",
    created_date: "2024-05-17T12:00:00Z",
    modified_date: "2024-05-18T12:00:00Z",
    ...more,
  };
}

const page = (from: number, count: number) => Array.from({ length: count }, (_, index) => contact(from + index));

describe("contacts", () => {
  it("shows what is known of each", async () => {
    const grace = contact(7, {
      display_name: "Grace Hopper",
      email: "grace@example.com",
      phone_numbers: ["+12025550123", "+12025550124"],
      external_ref: "cust-7",
      is_verified: true,
      rev_org: { type: "rev_org", id: "r", display_name: "Navy" },
      tags: [
        { tag: { id: "1", name: "vip", style_new: { color: "#d97706" } } },
        { tag: { id: "2", name: "tier" }, value: "gold" },
        { tag: { id: "3", name: "third" } },
      ],
    });
    serve({ ...signedIn, "rev-users.list": () => ok({ rev_users: [grace, contact(8)] }) });
    openApp("/contacts");
    const [first, second] = (await screen.findAllByRole("row")).slice(1);
    const cells = within(first as HTMLElement)
      .getAllByRole("gridcell")
      .map((cell) => cell.textContent);
    expect(cells.slice(0, 6)).toEqual([
      "GHGrace Hopper",
      "grace@example.com",
      "+12025550123+1",
      "cust-7",
      "Navy",
      "viptier: gold+1",
    ]);
    expect(cells[6]).toMatch(/2024/);
    expect(within(first as HTMLElement).getByLabelText("Verified")).toBeDefined();
    // A display id that stands in for a missing reference is not shown as one.
    expect(within(second as HTMLElement).queryByText("REVU-8")).toBeNull();
    expect(within(second as HTMLElement).queryByLabelText("Verified")).toBeNull();
    expect(screen.getByText("2 contacts")).toBeDefined();
    expect(screen.getByText("That is everyone")).toBeDefined();
  });

  it("sorts through the URL", async () => {
    const { calls } = serve({ ...signedIn, "rev-users.list": () => ok({ rev_users: page(1, 3) }) });
    const { user, router } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: "Name" }));
    await user.click(await screen.findByRole("button", { name: "Name" }));
    await screen.findAllByRole("row");
    expect(router.state.location.search).toEqual({ sort: "name", dir: "desc" });
    expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("descending");
    const sorts = calls.filter((call) => call.name === "rev-users.list").map((call) => call.body);
    expect(sorts).toEqual([
      { limit: 100, sort_by: ["created_date:desc"] },
      { limit: 100, sort_by: ["display_name:asc"] },
      { limit: 100, sort_by: ["display_name:desc"] },
    ]);
  });

  it("loads the next page near the end, and only on request after a failure", async () => {
    let answers = 0;
    const { calls } = serve({
      ...signedIn,
      "rev-users.list": ({ cursor }) => {
        if (!cursor) return ok({ rev_users: page(1, 20), next_cursor: "c1" });
        answers++;
        if (answers === 1) return { status: 400, body: { message: "The cursor is old." } };
        return ok({ rev_users: page(21, 5) });
      },
    });
    const { user } = openApp("/contacts");
    expect((await screen.findByRole("alert")).textContent).toMatch(/The cursor is old/);
    expect(screen.getByText("20 loaded")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Load more" }));
    expect(await screen.findByText("25 contacts")).toBeDefined();
    expect(calls.filter((call) => call.name === "rev-users.list").map((call) => call.body)).toMatchObject([
      {},
      { cursor: "c1" },
      { cursor: "c1" },
    ]);
  });

  it("moves between rows by keyboard", async () => {
    serve({ ...signedIn, "rev-users.list": () => ok({ rev_users: page(1, 5) }) });
    openApp("/contacts");
    const grid = await screen.findByRole("grid", { name: "Contacts" });
    fireEvent.keyDown(grid, { key: "j" });
    fireEvent.keyDown(grid, { key: "ArrowDown" });
    const active = document.getElementById(grid.getAttribute("aria-activedescendant") ?? "");
    expect(active?.textContent).toMatch(/Contact 2/);
    expect(active?.getAttribute("aria-selected")).toBe("true");
  });

  it("tells newcomers how contacts get in", async () => {
    serve({ ...signedIn, "rev-users.list": () => ok({ rev_users: [] }) });
    openApp("/contacts");
    expect(await screen.findByText("No contacts yet")).toBeDefined();
    expect(screen.getByText(/kith import contacts FILE/)).toBeDefined();
    expect(screen.getByRole("link", { name: /API reference/ }).getAttribute("href")).toBe("/docs");
  });

  it("says what failed and tries again", async () => {
    let fails = true;
    serve({
      ...signedIn,
      "rev-users.list": () =>
        fails
          ? { status: 403, body: { type: "forbidden", message: "You may not list." } }
          : ok({ rev_users: page(1, 2) }),
    });
    const { user } = openApp("/contacts");
    expect((await screen.findByRole("alert")).textContent).toMatch(/You may not list\./);
    fails = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("2 contacts")).toBeDefined();
  });

  it("starts over from the first page on refresh", async () => {
    let first = "Before";
    serve({
      ...signedIn,
      "rev-users.list": ({ cursor }) =>
        cursor
          ? ok({ rev_users: page(50, 2) })
          : ok({ rev_users: [contact(1, { display_name: first })], next_cursor: "c" }),
    });
    const { user } = openApp("/contacts");
    expect(await screen.findByText("3 contacts")).toBeDefined();
    first = "After";
    await user.click(screen.getByRole("button", { name: "Refresh" }));
    expect(await screen.findByText("After")).toBeDefined();
    expect(screen.queryByText("Before")).toBeNull();
  });

  it("fits phones: two lines a contact and a menu for the order", async () => {
    setScreen("narrow");
    serve({ ...signedIn, "rev-users.list": () => ok({ rev_users: [contact(1, { phone_numbers: ["+49301"] })] }) });
    const { user, router } = openApp("/contacts");
    const item = await screen.findByRole("listitem");
    expect(item.textContent).toMatch(/Contact 1.*\+49301/);
    await user.selectOptions(screen.getByLabelText("Sort by"), "E-mail");
    expect(router.state.location.search).toEqual({ sort: "email" });
  });
});
