import { describe, expect, it } from "vitest";
import { mergedByTime } from "@/features/inbox/merged-by-time";

const list = (times: string, next?: string) => ({
  items: [...times].map((active) => ({ id: `${active}${next ?? ""}`, active })),
  next,
});

describe("several lists as one", () => {
  it.each([
    ["of which none goes on", [list("951"), list("72")], "97521", []],
    ["of which one goes on: nothing older than its end is sure", [list("95", "x"), list("721")], "975", [0]],
    ["which both go on: the one that ends later bounds it", [list("95", "x"), list("73", "y")], "975", [0]],
    ["which end at the same time", [list("95", "x"), list("75", "y")], "9755", [0, 1]],
    ["alone", [list("31", "x")], "31", [0]],
    ["which are empty", [list(""), list("")], "", []],
  ])("%s", (_, lists, want, short) => {
    const merged = mergedByTime(lists);
    expect(merged.items.map(({ active }) => active).join("")).toBe(want);
    expect(merged.short).toEqual(short);
  });
});
