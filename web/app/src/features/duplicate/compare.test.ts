import { describe, expect, it } from "vitest";
import { compareContacts, differing } from "@/features/duplicate/compare";
import { knownPair } from "@/testing/duplicates";

const agreements = (pair: Parameters<typeof compareContacts>[0]) =>
  Object.fromEntries(compareContacts(pair).map((row) => [row.label, row.agreement]));

describe("two contacts side by side", () => {
  it("go by what the search found, and by their values where it did not compare", () => {
    expect(agreements(knownPair())).toEqual({
      Name: "similar",
      "E-mail": "different",
      Phone: "equal",
      Reference: "single",
      Description: "equal",
      Plan: "different",
      Proof: undefined,
      Created: undefined,
    });
  });

  it("are nothing to compare once they are one", () => {
    const pair = knownPair();
    expect(compareContacts({ ...pair, rev_users: pair.rev_users.slice(0, 1) })).toEqual([]);
  });
});

describe("what sets two texts apart", () => {
  const marked = (value: string, other: string) =>
    differing(value, other)
      .map(({ text, differs }) => (differs ? `[${text}]` : text))
      .join("");

  it("lies between their common beginning and end", () => {
    expect(marked("ann@apollo.example", "ann@apolo.example")).toBe("ann@apol[l]o.example");
    expect(marked("ann@apolo.example", "ann@apollo.example")).toBe("ann@apolo.example");
    expect(marked("Katherine", "Catherine")).toBe("[K]atherine");
    expect(marked("Ann", "Bob")).toBe("[Ann]");
    expect(marked("same", "same")).toBe("same");
  });
});
