import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Import } from "@/features/import/import";
import { importOf, progressOf } from "@/features/import/testing";
import { dismissToast } from "@/lib/toast";
import { openApp } from "@/testing/app";
import { ok, serve, signedIn } from "@/testing/server";

beforeEach(() => {
  for (let id = 0; id < 100; id++) dismissToast(id);
});

async function rows() {
  return within(await screen.findByRole("list", { name: "Imports" })).getAllByRole("listitem", {
    name: (_name, row) => row.parentElement?.getAttribute("aria-label") === "Imports",
  });
}

describe("the page of imports", () => {
  it("says what to do when there is none", async () => {
    serve({ ...signedIn, "imports.list": () => ok({ imports: [] }) });
    openApp("/imports");
    expect(await screen.findByText("No imports yet")).toBeDefined();
    expect(screen.getByText(/Accounts first/)).toBeDefined();
  });

  it("says what went wrong, and tries again", async () => {
    let answers = { status: 403, body: { message: "not yours" } };
    serve({ ...signedIn, "imports.list": () => answers });
    const { user } = openApp("/imports");
    await screen.findByText("Not yours");
    answers = ok({ imports: [] }) as typeof answers;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No imports yet")).toBeDefined();
  });

  it("lists them with their outcomes and what can be done, page by page", async () => {
    const first = [
      importOf({ id: "a", progress: progressOf({ created: 1200, failed: 3 }) }),
      importOf({ id: "b", type: "accounts", state: "undone", progress: progressOf({ created: 2, removed: 2 }) }),
      importOf({ id: "c", state: "failed", error: "the file is cut off" }),
    ];
    const second = [importOf({ id: "d", options: { dry_run: true }, progress: progressOf({ skipped: 1 }) })];
    serve({
      ...signedIn,
      "imports.list": ({ cursor }) => ok(cursor ? { imports: second } : { imports: first, next_cursor: "more" }),
    });
    const { user } = openApp("/imports");
    await user.click(await screen.findByRole("button", { name: "Load more" }));
    await screen.findByText("Check only");
    const shown = (await rows()).map((row) => ({
      text: row.textContent,
      buttons: within(row)
        .queryAllByRole("button")
        .map((button) => button.textContent),
    }));
    expect(shown.map(({ buttons }) => buttons)).toEqual([["Errors", "Undo"], [], ["Undo"], []]);
    expect(shown[0]?.text).toContain("1,200 created3 failed");
    expect(shown[1]?.text).toContain("2 removed");
    expect(shown[2]?.text).toContain("The file is cut off");
    expect(shown[3]?.text).toContain("1 skipped as sample");
  });

  it("takes one back after asking", async () => {
    let state: Import["state"] = "completed";
    const progress = progressOf({ created: 3, removed: 3 });
    const { calls } = serve({
      ...signedIn,
      "imports.list": () => ok({ imports: [importOf({ state, progress })] }),
      "imports.get": () => {
        state = "undone";
        return ok({ import: importOf({ state, progress }) });
      },
      "imports.undo": () => {
        state = "undoing";
        return ok({ import: importOf({ state, progress }) });
      },
    });
    const { user } = openApp("/imports");
    await user.click(await screen.findByRole("button", { name: "Undo the import of people.csv" }));
    const dialog = screen.getByRole("alertdialog", { name: "Undo the import of people.csv?" });
    await user.click(within(dialog).getByRole("button", { name: "Undo import" }));
    expect(await screen.findByText("Import of people.csv undone")).toBeDefined();
    await waitFor(() => expect(screen.getByText("Undone")).toBeDefined());
    expect(calls.find(({ name }) => name === "imports.undo")?.body).toEqual({ id: importOf().id });
  });

  it("names the records that an undo left as they are", async () => {
    const left_records = [{ record: "REVU-7", display_name: "Cleo", reason: "was changed since" }];
    const undone = importOf({ state: "undone", progress: progressOf({ left: 1, left_records }) });
    serve({
      ...signedIn,
      "imports.list": () => ok({ imports: [undone] }),
      "imports.get": () => ok({ import: undone }),
    });
    const { user } = openApp("/imports");
    await user.click(await screen.findByText("Details"));
    const panel = within(await screen.findByRole("dialog", { name: "Undo of people.csv" }));
    expect(panel.getByText("REVU-7")).toBeDefined();
    expect(panel.getByText("was changed since")).toBeDefined();
    expect(panel.queryByRole("link", { name: "Download" })).toBeNull();
  });

  it("keeps asking when taking back failed", async () => {
    serve({
      ...signedIn,
      "imports.list": () => ok({ imports: [importOf()] }),
      "imports.undo": () => ({ status: 400, body: { message: "it is undoing already" } }),
    });
    const { user } = openApp("/imports");
    await user.click(await screen.findByRole("button", { name: "Undo the import of people.csv" }));
    await user.click(screen.getByRole("button", { name: "Undo import" }));
    expect((await screen.findByRole("alert")).textContent).toBe("It is undoing already");
  });

  it("shows how far one is and cancels it", async () => {
    let state: Import["state"] = "running";
    const progress = progressOf({ fraction: 0.25, rows: 500, phase: "reading" });
    serve({
      ...signedIn,
      "imports.list": () => ok({ imports: [importOf({ state, progress: progressOf({}) })] }),
      "imports.get": () => ok({ import: importOf({ state, progress }) }),
      "imports.cancel": () => {
        state = "cancelled";
        return ok({ import: importOf({ state: "cancelling", progress }) });
      },
    });
    const { user } = openApp("/imports");
    await screen.findByText("500 rows · 25%");
    await user.click(screen.getByRole("button", { name: "Cancel the import of people.csv" }));
    await screen.findByText("Import of people.csv cancelled, 0 imported");
  });
});

describe("following imports", () => {
  it("finds the reader's own running ones after a reload, on any page, and tells each end once", async () => {
    const own = importOf({ id: "own", state: "running" });
    const other = importOf({
      id: "other",
      state: "running",
      created_by: { id: "don:identity:kith:devo/1:devu/2", display_name: "Bob", type: "dev_user" },
    });
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": () => ok({ count: 0, more: false, rev_users: [] }),
      // Late: it still says running after the end.
      "imports.list": () => ok({ imports: [own, other] }),
      "imports.get": ({ id }) => ok({ import: importOf({ id, progress: progressOf({ created: 7 }) }) }),
    });
    openApp("/contacts");
    await screen.findByText("7 imported, 0 errors");
    await waitFor(() => expect(calls.filter(({ name }) => name === "imports.list").length).toBeGreaterThan(1));
    await waitFor(() => expect(calls.filter(({ name }) => name === "rev-users.query").length).toBeGreaterThan(1));
    expect(screen.getAllByText("7 imported, 0 errors")).toHaveLength(1);
    expect(calls.filter(({ name }) => name === "imports.get").map(({ body }) => body)).not.toContainEqual({
      id: "other",
    });
  });
});
