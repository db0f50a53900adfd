import { describe, expect, it } from "vitest";
import { renewed, type Stretch } from "@/lib/growing";

const stretch = (ids: string, next?: string): Stretch<{ id: string }> => ({
  items: [...ids].map((id) => ({ id })),
  next,
});
const shown = ({ items, next }: Stretch<{ id: string }>) => [items.map(({ id }) => id).join(""), next];

describe("the head of a list, read again", () => {
  it.each([
    ["nothing was loaded", undefined, stretch("abc", "c"), ["abc", "c"]],
    ["nothing has changed", stretch("abc", "c"), stretch("abc", "c"), ["abc", "c"]],
    ["what lies behind stays", stretch("abcdef", "f"), stretch("xab", "b"), ["xabcdef", "f"]],
    ["the end stays the end", stretch("abcdef"), stretch("xab", "b"), ["xabcdef", undefined]],
    ["what moved to the front is there once", stretch("abcdef", "f"), stretch("eab", "b"), ["eabcdf", "f"]],
    ["what has gone from the head is gone", stretch("abcdef", "f"), stretch("acd", "d"), ["acdef", "f"]],
    ["more came than the head holds", stretch("abcdef", "f"), stretch("xyz", "z"), ["xyz", "z"]],
    ["the list became shorter than its head", stretch("abcdef", "f"), stretch("ab"), ["ab", undefined]],
    ["it became empty", stretch("abc", "c"), stretch(""), ["", undefined]],
  ])("%s", (_, loaded, head, want) => {
    expect(shown(renewed(loaded, head))).toEqual(want);
  });
});
