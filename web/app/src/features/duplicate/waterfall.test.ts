import { describe, expect, it } from "vitest";
import { type EvidenceField, percent, signedBits } from "@/features/duplicate/duplicate";
import { waterfallOf } from "@/features/duplicate/waterfall";

const field = (name: string, level: string, bits: number, more: Partial<EvidenceField> = {}): EvidenceField => ({
  field: name,
  level,
  bits,
  value: "a",
  other_value: "b",
  ...more,
});

describe("the waterfall of evidence", () => {
  const evidence = {
    prior_bits: -9.5,
    relatives_bits: -2,
    learnt_bits: 0.5,
    bits: 3.5,
    fields: [
      field("email", "different", -3),
      field("name (given)", "same", 18, { given: "description" }),
      field("phone", "not said", 0),
    ],
  };

  it("runs from the prior through what speaks for it and against it to the sum", () => {
    const { steps, sum } = waterfallOf(evidence, 0.92);
    expect(steps.map(({ key, from, to }) => [key, from, to])).toEqual([
      ["prior", 0, -9.5],
      ["name (given)", -9.5, 8.5],
      ["email", 8.5, 5.5],
      ["relatives", 5.5, 3.5],
    ]);
    expect(sum.to).toBe(steps.at(-1)?.to);
    expect(steps[1]?.detail).toBe("same, given the description");
  });

  it("is as wide as the sums it runs through, and names what tells nothing", () => {
    const { low, high, notSaid } = waterfallOf(evidence, 0.92);
    expect([low, high]).toEqual([-9.5, 8.5]);
    expect(notSaid).toEqual(["Phone"]);
  });

  it("has no step for relatives who explain nothing", () => {
    const { steps } = waterfallOf({ ...evidence, relatives_bits: 0 }, 0.5);
    expect(steps.map(({ key }) => key)).not.toContain("relatives");
  });
});

describe("shares and bits in words", () => {
  it("never calls a share certain that is not", () => {
    expect([0, 0.494, 0.97, 0.991052, 0.999596, 0.999999, 1].map(percent)).toEqual([
      "0 %",
      "49 %",
      "97 %",
      "99.1 %",
      "99.95 %",
      "99.99 %",
      "100 %",
    ]);
  });

  it("writes bits with their sign", () => {
    expect([12.345, -9.5, 0.01].map(signedBits)).toEqual(["+12.3", "−9.5", "0"]);
  });
});
