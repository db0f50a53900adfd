import { describe, expect, it } from "vitest";
import { filterOf, type InboxSearch, parseInboxSearch } from "@/features/inbox/inbox-search";

describe("an inbox's address", () => {
  it.each([
    [{}, {}],
    [
      { state: "closed", stage: "hold", owner: "me", tag: "TAG-1", account: "ACC-2", spam: true, snoozed: true },
      undefined,
    ],
    [{ state: "active", owner: "none" }, { owner: "none" }],
    [
      {
        state: "gone",
        stage: "x'); drop",
        owner: "DEVU-",
        tag: "REVU-1",
        account: "ACC-",
        spam: "yes",
        snoozed: 1,
        other: 1,
      },
      {},
    ],
    [{ owner: "DEVU-12", tag: 7 }, { owner: "DEVU-12" }],
  ])("%o is read as %o", (search, want) => {
    expect(parseInboxSearch(search)).toEqual(want ?? search);
  });

  it.each<[InboxSearch, object]>([
    [{}, { states: ["open", "in_progress"], spam: false, snoozed: false }],
    [{ snoozed: true }, { states: ["open", "in_progress"], spam: false, snoozed: true }],
    [
      { state: "all", snoozed: true },
      { spam: false, snoozed: true },
    ],
    [{ state: "all" }, { spam: false }],
    [
      { state: "closed", owner: "me" },
      { states: ["closed"], owner: "DEVU-7", spam: false },
    ],
    [{ stage: "resolved" }, { stage: "resolved", spam: false }],
    [
      { owner: "none", tag: "TAG-1" },
      { states: ["open", "in_progress"], owner: false, tag: "TAG-1", spam: false, snoozed: false },
    ],
    [
      { owner: "DEVU-2", spam: true },
      { states: ["open", "in_progress"], owner: "DEVU-2", spam: true, snoozed: false },
    ],
  ])("%o asks the server for %o", (search, want) => {
    expect(filterOf(search, "DEVU-7")).toEqual(want);
  });
});
