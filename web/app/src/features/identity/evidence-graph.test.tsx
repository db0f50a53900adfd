import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { EvidenceGraph } from "@/features/identity/evidence-graph";
import { layOut, treeOf } from "@/features/identity/evidence-layout";
import type { Explanation, Identifier, Part } from "@/features/identity/identity";
import { contact } from "@/testing/duplicates";
import { contactSummary, mergeOf } from "@/testing/merges";
import { ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

function identifier(kind: string, value: string, more: Partial<Identifier> = {}): Identifier {
  return { kind, value, main: true, proof: "entered", source: "api", since: "2026-01-01T00:00:00Z", ...more };
}

function part(n: number, name: string, identifiers: Identifier[], into?: [number, string]): Part {
  return {
    rev_user: contactSummary(n, name),
    created_date: "2026-01-01T00:00:00Z",
    identifiers,
    ...(into && { into: contactSummary(into[0], "Grace"), merge: into[1] }),
  };
}

const phone = identifier("phone", "+12025550144");

/** Grace, of whom Gracie is a part, who has Gracy as one. Grace and Gracy have a number in common. */
const explanation: Explanation = {
  rev_user: contact(1, "Grace"),
  identifiers: [],
  parts: [
    part(3, "Gracy", [phone], [2, "MERGE-1"]),
    part(1, "Grace", [identifier("email", "Grace@navy.example", { proof: "signed" }), phone]),
    part(2, "Gracie", [], [1, "MERGE-2"]),
  ],
  more_parts: false,
  merges: [mergeOf({ id: "1" }), mergeOf({ id: "2", display_id: "MERGE-2", rule: "signed_link" })],
  duplicates: [],
  pieces: [
    {
      identifier: { kind: "email", value: "grace@navy.example" },
      parts: [],
      baseless_merges: ["MERGE-2"],
      unverified: true,
      unfindable: false,
    },
    {
      identifier: { kind: "phone", value: "+12025550144" },
      parts: [],
      baseless_merges: [],
      unverified: false,
      unfindable: false,
    },
    {
      merge: "MERGE-2",
      parts: [contactSummary(2, "Grace"), contactSummary(3, "Grace")],
      baseless_merges: [],
      unverified: false,
      unfindable: false,
    },
  ],
};

describe("the layout of evidence", () => {
  it("puts each part below the one it was merged into", () => {
    expect(treeOf(explanation).map(({ part, depth }) => [part.rev_user.display_name, depth])).toEqual([
      ["Grace", 0],
      ["Gracie", 1],
      ["Gracy", 2],
    ]);
  });

  it("begins a tree of its own where the part above is not told", () => {
    const parts = explanation.parts.filter(({ rev_user }) => rev_user.display_id !== "REVU-2");
    expect(treeOf({ ...explanation, parts }).map(({ depth }) => depth)).toEqual([0, 0]);
  });

  it("draws an identifier of two parts once, with a line from each", () => {
    const { parts, holds, merges, height } = layOut(explanation, 700);
    expect(parts.map(({ own, shared }) => [own.length, shared.length])).toEqual([
      [2, 0],
      [0, 0],
      [0, 1],
    ]);
    expect(holds.filter(({ identifier }) => identifier === "phone +12025550144").map(({ part }) => part)).toEqual([
      "don:revu/1",
      "don:revu/3",
    ]);
    expect(merges.map(({ merge }) => merge)).toEqual(["MERGE-2", "MERGE-1"]);
    const boxes = parts.map(({ box }) => box);
    expect(boxes.every((box, at) => at === 0 || box.y >= (boxes[at - 1]?.y ?? 0) + 58)).toBe(true);
    expect(height).toBeGreaterThanOrEqual((boxes.at(-1)?.y ?? 0) + 58);
  });
});

describe("the picture of evidence", () => {
  it("shows parts, merges and identifiers, and what falls apart without each piece", async () => {
    serve({ "identities.explain": () => ok(explanation) });
    const { user } = show(<EvidenceGraph contactId="don:revu/1" />);
    const figure = await screen.findByRole("figure", { name: /^Grace: its parts/ });
    expect(figure.querySelectorAll("path[class*=stroke-]")).toHaveLength(5);
    expect(within(figure).getByText("MERGE-2: A signed token named identifiers of both")).toBeDefined();
    expect(within(figure).getByText("REVU-1 · Stands for all")).toBeDefined();
    expect(within(figure).getByText("Signed")).toBeDefined();

    const pieces = within(screen.getByRole("list", { name: "What falls apart without it" })).getAllByRole("button");
    expect(pieces.map((piece) => piece.textContent)).toEqual([
      "E-mail grace@navy.exampleNo rule would make MERGE-2 without itNothing else proves the contact",
      "Merge MERGE-2Gracie (REVU-2), Gracy (REVU-3) would be apart from the rest",
    ]);
    await user.click(screen.getByRole("button", { name: "1 piece without which nothing falls apart" }));
    expect(screen.getByRole("button", { name: /Phone \+12025550144/ })).toBeDefined();

    const dashed = () => figure.querySelectorAll("path[class*=dasharray]").length;
    expect(dashed()).toBe(0);
    await user.click(screen.getByRole("button", { name: /Merge MERGE-2/, pressed: false }));
    expect(dashed()).toBe(2); // the merge, and what Gracy is known by
    await user.click(screen.getByRole("button", { name: /grace@navy.example/ }));
    expect(dashed()).toBe(2); // the merge, and what Grace is known by
    await user.click(screen.getByRole("button", { name: /grace@navy.example/, pressed: true }));
    expect(dashed()).toBe(0);
  });

  it("is a nested list where there is no room for a picture", async () => {
    vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(358);
    serve({ "identities.explain": () => ok({ ...explanation, more_parts: true }) });
    show(<EvidenceGraph contactId="don:revu/1" />);
    const figure = await screen.findByRole("figure");
    expect(await within(figure).findByText("Has nothing to be found by")).toBeDefined();
    expect(figure.querySelector("path[class*=stroke-]")).toBeNull();
    expect(within(figure).getAllByText("+12025550144")).toHaveLength(2);
    expect(screen.getByText("Only the first 200 parts are shown.")).toBeDefined();
  });

  it("says that a contact is one by itself", async () => {
    const alone = { ...explanation, parts: [part(1, "Grace", [phone])], merges: [], pieces: [] };
    serve({ "identities.explain": () => ok(alone) });
    show(<EvidenceGraph contactId="don:revu/1" />);
    expect(await screen.findByText("Nothing was merged into this contact.")).toBeDefined();
  });
});
