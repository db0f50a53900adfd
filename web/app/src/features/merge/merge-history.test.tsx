import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MergeHistory } from "@/features/merge/merge-history";
import { contactSummary, mergeOf } from "@/testing/merges";
import { ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

describe("the history of merges", () => {
  it("lists those of a record, page by page, with who, why and whether they can be undone", async () => {
    const { calls } = serve({
      "merges.list": ({ cursor }) =>
        cursor
          ? ok({ merges: [mergeOf({ id: "c", display_id: "MERGE-3", state: "purged" })] })
          : ok({
              merges: [
                mergeOf({ id: "a", rule: "signed_link", evidence: [{ kind: "email", value: "g@navy.example" }] }),
                mergeOf({ id: "b", display_id: "MERGE-2", state: "undone", undone_date: "2026-01-02T00:00:00Z" }),
              ],
              next_cursor: "more",
            }),
    });
    const { user } = show(<MergeHistory record="don:revu/1" />);
    const rows = within(await screen.findByRole("list", { name: "Merges" })).getAllByRole("listitem");
    expect(rows[0]?.textContent).toContain("Grace M. Hopper REVU-2 became part of Grace Hopper REVU-1");
    expect(rows[0]?.textContent).toContain("A signed token named identifiers of both");
    expect(rows[0]?.textContent).toContain("E-mail g@navy.example");
    expect(rows[0]?.textContent).toContain("by Ada Lovelace");
    expect(rows[1]?.textContent).toContain("Taken back");
    await user.click(screen.getByRole("button", { name: "Load more" }));
    expect(await screen.findByText("Final")).toBeDefined();
    expect(screen.getAllByRole("button", { name: /^Undo/ })).toHaveLength(1);
    expect(calls.map((call) => call.body)).toEqual([
      { record: "don:revu/1" },
      { record: "don:revu/1", cursor: "more" },
    ]);
  });

  it("undoes one after asking, and tells what did not come back", async () => {
    serve({
      "merges.list": () => ok({ merges: [mergeOf()] }),
      "merges.undo": () =>
        ok({
          merge: mergeOf({ state: "undone" }),
          rev_user: contactSummary(2, "Grace M. Hopper"),
          survivor: contactSummary(1, "Grace Hopper"),
          in_trash: false,
          kept_edits: [{ date: "2026-01-02T00:00:00Z", fields: ["description", "tnt__plan"] }],
          more_edits: true,
          not_restored: [
            { kind: "email", value: "g@navy.example", reason: "taken", holder: contactSummary(9, "Gail") },
          ],
          also_undone: [mergeOf({ id: "x", secondary: contactSummary(7, "Navy West") })],
        }),
    });
    const { user } = show(<MergeHistory />);
    await user.click(await screen.findByRole("button", { name: "Undo MERGE-1" }));
    const question = screen.getByRole("alertdialog");
    expect(question.textContent).toContain("What members changed since stays with REVU-1");
    await user.click(within(question).getByRole("button", { name: "Take back" }));
    const report = await screen.findByRole("dialog", { name: "The merge is taken back" });
    expect(report.textContent).toContain("Grace M. Hopper and Grace Hopper are two records again.");
    expect(report.textContent).toContain("Description, Plan");
    expect(report.textContent).toContain("There are more than these.");
    expect(report.textContent).toContain("g@navy.exampleE-mail · another record has it now · now with Gail");
    expect(report.textContent).toContain("Navy West became part of Grace Hopper");
    await user.click(within(report).getAllByRole("button", { name: "Close" })[0] as HTMLElement);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("keeps asking when the server refuses", async () => {
    serve({
      "merges.list": () => ok({ merges: [mergeOf()] }),
      "merges.undo": () => ({ status: 403, body: { message: "members may not." } }),
    });
    const { user } = show(<MergeHistory />);
    await user.click(await screen.findByRole("button", { name: "Undo MERGE-1" }));
    await user.click(screen.getByRole("button", { name: "Take back" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Members may not.");
  });

  it("says that there is none", async () => {
    serve({ "merges.list": () => ok({ merges: [] }) });
    show(<MergeHistory />);
    expect(await screen.findByText("Nothing has been merged yet")).toBeDefined();
  });
});
