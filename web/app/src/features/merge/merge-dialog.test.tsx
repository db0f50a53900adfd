import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { MergeDialog } from "@/features/merge/merge-dialog";
import { contactSummary, mergeOf } from "@/testing/merges";
import { ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

const [grace, other] = [contactSummary(1, "Grace Hopper"), contactSummary(2, "Grace M. Hopper")];
const record = { id: grace.id, display_name: "Grace Hopper" };
const noMoves = {
  associations: 0,
  history: 0,
  history_more: false,
  identifiers: 0,
  owned_by: 0,
  rev_users: 0,
  tags: 0,
};

const preview = {
  fields: [
    { field: "display_name", adopted: [], joined: [], dropped: [{ value: "Grace M. Hopper" }] },
    { field: "description", adopted: [{ value: "Rear admiral" }], joined: [], dropped: [] },
    { field: "tags", adopted: [], joined: [{ record: contactSummary(3, "vip"), value: "gold" }], dropped: [] },
  ],
  moves: { ...noMoves, identifiers: 2, history: 1000, history_more: true },
  rev_user: { display_name: "Grace Hopper" },
};

const contacts = {
  "rev-users.query": () => ok({ rev_users: [grace, other], count: 2, more: false }),
  "search.hybrid": () => ok({ results: [{ type: "user", user: other }] }),
  "merges.preview": () => ok(preview),
  "merges.list": () => ok({ merges: [mergeOf({ state: "undone", id: "older" }), mergeOf()] }),
} as const;

async function choose(user: ReturnType<typeof show>["user"]) {
  await user.click(screen.getByRole("button", { name: "Find a contact" }));
  await user.click(await screen.findByRole("option", { name: /Grace M/ }));
}

describe("the merge dialog", () => {
  it("finds the other record, shows what would happen, and merges", async () => {
    const { calls } = serve({ ...contacts, "rev-users.merge": () => ok(), "merges.undo": () => ok(undone) });
    const onMerged = vi.fn();
    const onOpenChange = vi.fn();
    const { user, again } = show(
      <MergeDialog type="rev_user" record={record} open onOpenChange={onOpenChange} onMerged={onMerged} />,
    );
    const dialog = await screen.findByRole("dialog", { name: "Merge contacts" });
    const merge = within(dialog).getByRole("button", { name: "Merge" }) as HTMLButtonElement;
    expect(merge.disabled).toBe(true);
    await user.click(screen.getByRole("button", { name: "Find a contact" }));
    expect(await screen.findAllByRole("option")).toHaveLength(1); // never itself
    await user.keyboard("hopper");
    await waitFor(() => expect(calls.some((call) => call.name === "search.hybrid")).toBe(true));
    await user.click(await screen.findByRole("option", { name: /Grace M/ }));

    const fields = await screen.findByRole("list", { name: "Fields that the merge touches" });
    expect(fields.textContent).toContain("Grace M. Hopper gives way to Grace Hopper");
    expect(fields.textContent).toContain("Rear admiral fills what was empty");
    expect(fields.textContent).toContain("vip (gold) is added");
    expect(screen.getByText("2 identifiers")).toBeDefined();
    expect(screen.getByText("more than 1,000 entries of history")).toBeDefined();

    await user.click(merge);
    await waitFor(() => expect(onMerged).toHaveBeenCalledWith(grace.id));
    expect(onOpenChange).toHaveBeenCalledWith(false);
    again(<MergeDialog type="rev_user" record={record} open={false} onOpenChange={onOpenChange} />);
    expect(calls.find((call) => call.name === "rev-users.merge")?.body).toEqual({
      primary_user: grace.id,
      secondary_user: other.id,
    });
    expect(screen.getByText("Grace M. Hopper is now part of Grace Hopper")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByText("The merge is taken back")).toBeDefined();
    expect(calls.find((call) => call.name === "merges.undo")?.body).toEqual({ id: "don:merge/1" });
  });

  it("swaps which one stays", async () => {
    const { calls } = serve({ ...contacts, "rev-users.merge": () => ok() });
    const { user } = show(<MergeDialog type="rev_user" record={record} open onOpenChange={() => {}} />);
    await choose(user);
    await user.click(screen.getByRole("button", { name: "Swap" }));
    await waitFor(() =>
      expect(calls.findLast((call) => call.name === "merges.preview")?.body).toEqual({
        primary: other.id,
        secondary: grace.id,
      }),
    );
    await user.click(screen.getByRole("button", { name: "Merge" }));
    await waitFor(() => expect(calls.some((call) => call.name === "rev-users.merge")).toBe(true));
    expect(calls.find((call) => call.name === "rev-users.merge")?.body).toEqual({
      primary_user: other.id,
      secondary_user: grace.id,
    });
  });

  it("shows why the server refuses, and stays open", async () => {
    serve({ ...contacts, "rev-users.merge": () => ({ status: 400, body: { message: "they were parted before" } }) });
    const onMerged = vi.fn();
    const { user } = show(
      <MergeDialog type="rev_user" record={record} open onOpenChange={() => {}} onMerged={onMerged} />,
    );
    await choose(user);
    await user.click(screen.getByRole("button", { name: "Merge" }));
    expect((await screen.findByRole("alert")).textContent).toBe("They were parted before");
    expect(onMerged).not.toHaveBeenCalled();
  });

  it("offers workspaces of the same account only", async () => {
    const { calls } = serve({
      "rev-orgs.get": () => ok({ rev_org: { id: "don:revo/1", account: { id: "don:account/1" } } }),
      "rev-orgs.query": () => ok({ rev_orgs: [{ id: "don:revo/2", display_id: "REV-2", display_name: "West" }] }),
    });
    const { user } = show(
      <MergeDialog type="rev_org" record={{ id: "don:revo/1", display_name: "East" }} open onOpenChange={() => {}} />,
    );
    await user.click(screen.getByRole("button", { name: "Find a workspace of the same account" }));
    expect(await screen.findByRole("option", { name: /West/ })).toBeDefined();
    expect(calls.find((call) => call.name === "rev-orgs.query")?.body).toMatchObject({
      filter: { type: "and", expressions: [{ field: "account", operator: "eq", values: ["don:account/1"] }] },
    });
  });
});

const undone = {
  merge: mergeOf({ state: "undone" }),
  rev_user: other,
  survivor: grace,
  in_trash: false,
  kept_edits: [],
  more_edits: false,
  not_restored: [],
};
