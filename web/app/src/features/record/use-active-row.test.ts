import { expect, it } from "vitest";
import { rowAfterKey } from "@/features/record/use-active-row";

it.each([
  ["ArrowDown", undefined, 0],
  ["j", undefined, 0],
  ["k", undefined, 0],
  ["j", 4, 5],
  ["k", 4, 3],
  ["ArrowUp", 0, 0],
  ["j", 99, 99],
  ["PageDown", 4, 14],
  ["PageUp", 4, 0],
  ["Home", 50, 0],
  ["End", 50, 99],
  ["x", 50, undefined],
])("%s from %s leads to %s", (key, active, want) => {
  expect(rowAfterKey(key, active, 100, 10)).toBe(want);
});

it("has nowhere to go in an empty list", () => {
  expect(rowAfterKey("j", undefined, 0, 10)).toBeUndefined();
});
