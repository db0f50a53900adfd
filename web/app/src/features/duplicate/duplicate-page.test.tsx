import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Duplicate } from "@/features/duplicate/duplicate";
import { openApp } from "@/testing/app";
import { contact, knownPair, openPair } from "@/testing/duplicates";
import { mergeOf } from "@/testing/merges";
import { ok, serve, signedIn } from "@/testing/server";
import { setScreen } from "@/testing/setup";

const noScan = { status: 404, body: { message: "there was no search" } };
const doneScan = {
  state: "done",
  rows: 12,
  pairs: 2,
  filed: 2,
  groups: 2,
  merged: 0,
  learnt: [{ field: "email", level: "same", before_bits: 8, after_bits: 8.5 }],
  crowded: [{ field: "email", value: "info@acme.example", rev_users: 12, people: 9 }],
  asked_date: "2026-01-01T00:00:00Z",
  ended_date: "2026-01-01T00:00:01Z",
};
const noMoves = {
  associations: 0,
  history: 0,
  history_more: false,
  identifiers: 0,
  owned_by: 0,
  rev_users: 0,
  tags: 0,
};

/** A server with two open pairs, which are open until they are decided. */
function serveQueue() {
  const known = knownPair();
  let open: Duplicate[] = [
    openPair(1, "Katherine Johnson", 2, "Catherine Johnson"),
    openPair(3, "Radia Perlman", 4, "Radia Perlmann", { probability: 0.8, rule: "held" }),
  ];
  const decide = (id: string) => {
    open = open.filter((pair) => pair.rev_user.display_id !== id);
  };
  return serve({
    ...signedIn,
    "duplicate-scans.get": () => ok({ duplicate_scan: doneScan }),
    "duplicates.list": () => ok({ duplicates: open }),
    "duplicates.explain": ({ rev_user }) =>
      rev_user === "REVU-1"
        ? ok(known)
        : ok({
            duplicate: openPair(3, "Radia Perlman", 4, "Radia Perlmann", {
              rule: "held",
              identifier: { kind: "email", value: "radia@dec.example" },
            }),
            rev_users: [contact(3, "Radia Perlman", { is_verified: false }), contact(4, "Radia Perlmann")],
          }),
    "rev-users.identifiers.list": ({ id }) =>
      ok({ identifiers: known.identifiers[["don:revu/1", "don:revu/2"].indexOf(id)] ?? [] }),
    "merges.preview": () => ok({ fields: [], moves: noMoves }),
    "duplicates.accept": ({ rev_user }) => {
      decide(rev_user);
      return ok({ merge: mergeOf() });
    },
    "duplicates.reject": ({ rev_user }) => decide(rev_user),
  });
}

const list = () => screen.findByRole("list", { name: "Pairs that may be one person" });

describe("the duplicates page", () => {
  beforeEach(() => {
    Element.prototype.scrollIntoView = () => {};
  });

  it("shows the first pair with what agrees, and why", async () => {
    serveQueue();
    openApp("/duplicates");
    expect(within(await list()).getByText("97 %")).toBeDefined();
    expect(screen.getByText("2 open")).toBeDefined();
    const compared = await screen.findByRole("table", { name: "Side by side" });
    const rows = within(compared).getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      "NameSimilarKatherine JohnsonCatherine Johnson",
      "E-mailDifferentkj@langley.examplecj@ames.example",
      "PhoneSame+12025550177+12025550177",
      "ReferenceOne sidek-1Not given",
      "DescriptionSameTrajectoriestrajectories",
      "PlanDifferentgoldsilver",
      "ProofVerifiedVerified",
      expect.stringContaining("Created"),
    ]);
    const weighed = screen.getByRole("table", { name: "What speaks for and against" });
    expect(within(weighed).getByRole("row", { name: /Given name nickname or spelling \+9\.0/ })).toBeDefined();
    expect(within(weighed).getByRole("row", { name: /Together 97 % likely one person \+5\.0/ })).toBeDefined();
    expect(screen.getByText("+0.4 bits of this were learnt from your decisions.")).toBeDefined();
  });

  it("merges into the one that was chosen, goes on, and offers the way back", async () => {
    const { calls } = serveQueue();
    const { user } = openApp("/duplicates");
    await screen.findByRole("table", { name: "Side by side" });
    await user.click(screen.getByRole("button", { name: /Swap/ }));
    await user.click(screen.getByRole("button", { name: /^Merge/ }));
    await screen.findByText(/It goes by the e-mail radia@dec.example/);
    expect(calls.find((call) => call.name === "duplicates.accept")?.body).toEqual({
      rev_user: "REVU-1",
      other: "REVU-2",
      primary_user: "don:revu/2",
    });
    expect(screen.getByText("Katherine Johnson is now part of Catherine Johnson")).toBeDefined();
    expect(screen.getByRole("button", { name: "Undo" })).toBeDefined();
    expect(within(await list()).getAllByRole("listitem")).toHaveLength(1);
  });

  it("keeps the proven contact unless told otherwise", async () => {
    serveQueue();
    openApp("/duplicates?pair=REVU-3%2BREVU-4");
    const head = await screen.findByRole("columnheader", { name: /Radia Perlmann/ });
    expect(head.textContent).toContain("Stays");
  });

  it("is worked through by keyboard", async () => {
    const { calls } = serveQueue();
    const { user, router } = openApp("/duplicates");
    await screen.findByRole("table", { name: "Side by side" });
    await user.keyboard("j");
    await screen.findByText(/not found by likeness/);
    expect(router.state.location.search).toEqual({ pair: "REVU-3+REVU-4" });
    await user.keyboard("x");
    await screen.findByText("Radia Perlmann and Radia Perlman stay apart");
    expect(calls.find((call) => call.name === "duplicates.reject")?.body).toEqual({
      rev_user: "REVU-3",
      other: "REVU-4",
    });
    await screen.findByRole("columnheader", { name: /Katherine/ });
    await user.keyboard("m");
    await screen.findByText("No pairs wait for you");
  });

  it("does not take the second key of a shortcut for its own", async () => {
    const { calls } = serveQueue();
    const { user, router } = openApp("/duplicates");
    await screen.findByRole("table", { name: "Side by side" });
    await user.keyboard("gm");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/members"));
    expect(calls.some((call) => call.name === "duplicates.accept")).toBe(false);
  });

  it("shows a pair as its own screen on phones", async () => {
    setScreen("narrow");
    serveQueue();
    const { user } = openApp("/duplicates");
    await user.click(within(await list()).getByRole("button", { name: /Katherine/ }));
    await screen.findByRole("table", { name: "Side by side" });
    expect(screen.queryByRole("list", { name: "Pairs that may be one person" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "All pairs" }));
    await list();
  });

  it("says what to do when nobody has searched yet, and follows a search", async () => {
    let polls = 0;
    serve({
      ...signedIn,
      "duplicates.list": () => ok({ duplicates: [] }),
      "duplicate-scans.get": () => {
        polls++;
        if (polls === 1) return noScan;
        return ok({ duplicate_scan: polls < 4 ? { ...doneScan, state: "running", phase: "comparing" } : doneScan });
      },
      "duplicate-scans.create": () => ok({ duplicate_scan: { ...doneScan, state: "waiting" } }),
    });
    const { user } = openApp("/duplicates");
    await screen.findByRole("heading", { name: "Who is here twice?" });
    await user.click(screen.getAllByRole("button", { name: "Look for duplicates" })[1] as HTMLElement);
    await screen.findByText("The search begins in a moment");
    await screen.findByText("Comparing contacts");
    expect(screen.getByText("12 read, 2 pairs found so far")).toBeDefined();
    await screen.findByText("The search is done: 2 pairs");
    await screen.findByText("No pairs wait for you");
  });

  it("stops a search", async () => {
    let state = "running";
    serve({
      ...signedIn,
      "duplicates.list": () => ok({ duplicates: [] }),
      "duplicate-scans.get": () => ok({ duplicate_scan: { ...doneScan, state } }),
      "duplicate-scans.cancel": () => {
        state = "cancelled";
        return ok({ duplicate_scan: { ...doneScan, state } });
      },
    });
    const { user } = openApp("/duplicates");
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    await screen.findByText("The search was stopped");
  });

  it("judges a sample and shows what it tells", async () => {
    const share = (value: number, low: number, high: number) => ({ value, low, high });
    let judged = 0;
    const estimate = { probability: 0.97, precision: share(0.98, 0.95, 0.995), recall: share(0.6, 0.5, 0.7) };
    const known = knownPair();
    const { calls } = serve({
      ...signedIn,
      "duplicates.list": () => ok({ duplicates: [] }),
      "duplicate-scans.get": () => ok({ duplicate_scan: doneScan }),
      "duplicates.sample": () =>
        ok({
          duplicates: [
            openPair(1, "Katherine Johnson", 2, "Catherine Johnson"),
            openPair(3, "Ann", 4, "Anne"),
            openPair(5, "Bob", 6, "Rob"),
          ],
        }),
      "duplicates.explain": () => ok(known),
      "rev-users.identifiers.list": () => ok({ identifiers: [] }),
      "duplicates.accept": () => {
        judged++;
        return ok({ merge: mergeOf() });
      },
      "duplicates.reject": () => {
        judged++;
      },
      "duplicates.quality": () =>
        ok({
          ranges: [
            { probability: 0.5, pairs: 0, judged: 0, same: 0 },
            { probability: 0.97, pairs: 3, judged, same: Math.min(judged, 1) },
          ],
          estimates: [estimate, estimate],
          ...(judged > 1 && { threshold: estimate }),
        }),
    });
    const { user } = openApp("/duplicates?tab=quality");
    await screen.findByText(/Your decisions do not show 99 % for any score yet/);
    await user.click(screen.getByRole("button", { name: "Judge pairs" }));
    await screen.findByText("Pair 1 of 3");
    await user.click(screen.getByRole("button", { name: "Same person" }));
    await screen.findByText("Pair 2 of 3");
    await user.click(screen.getByRole("button", { name: "Cannot say" }));
    await screen.findByText("Pair 3 of 3");
    await user.click(screen.getByRole("button", { name: "Different" }));
    await screen.findByText(/2 pairs decided/);
    await screen.findByText("From a score of 97 % on, at least 99 % of the pairs are right.");
    expect(
      screen.getByText("That is 60 % (plausible: 50 % to 70 %) of all pairs of one person that searches found."),
    ).toBeDefined();
    const table = screen.getByRole("table", { name: "Estimates by score" });
    expect(within(table).getAllByRole("row")).toHaveLength(2);
    expect(within(table).getByText("1 of 2 same")).toBeDefined();
    expect(within(table).getByText("98 % (plausible: 95 % to 99.5 %)")).toBeDefined();
    expect(calls.filter((call) => /accept|reject/.test(call.name)).map((call) => call.body)).toEqual([
      { rev_user: "REVU-1", other: "REVU-2" },
      { rev_user: "REVU-5", other: "REVU-6" },
    ]);
    expect(screen.getByText("info@acme.example")).toBeDefined();
    expect(screen.getByText("12 contacts, at least 9 names")).toBeDefined();
    expect(screen.getByText("+8.0 → +8.5 bits")).toBeDefined();
  });
});
