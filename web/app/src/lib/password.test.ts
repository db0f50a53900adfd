import { describe, expect, it } from "vitest";
import { passwordProblem, passwordStrength } from "@/lib/password";

describe("passwordStrength", () => {
  it.each([
    ["", [], 0],
    ["elevenchars", [], 0],
    ["👍👍👍👍👍👍", [], 0], // six characters, twelve UTF-16 units
    ["aaaaaaaaaaaa", [], 1],
    ["ababababababab", [], 1],
    ["mypassword2024x", [], 1],
    ["lovelace-garden", ["Ada Lovelace"], 1],
    ["ada@acme-forever", ["x@acme.com"], 1],
    ["quiet river bed", ["Ada Lovelace"], 2],
    ["Quiet-River-42x", [], 3],
    ["correct horse battery staple", [], 3],
  ] as const)("%j with %j scores %i", (password, personal, score) => {
    expect(passwordStrength(password, [...personal]).score).toBe(score);
  });

  it("says how many characters are missing", () => {
    expect(passwordStrength("elevenchars").hint).toBe("1 more character needed");
    expect(passwordStrength("short").hint).toBe("7 more characters needed");
  });
});

describe("passwordProblem", () => {
  it("refuses only what is too short", () => {
    expect(passwordProblem("")).toMatch(/at least 12/);
    expect(passwordProblem("short")).toMatch(/too short/);
    expect(passwordProblem("aaaaaaaaaaaa")).toBeUndefined();
  });
});
