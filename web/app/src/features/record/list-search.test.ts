import { describe, expect, it } from "vitest";
import type { Vista } from "@/api/types";
import { defaultView, parseListSearch, searchOf, toggleSort, viewOf } from "@/features/record/list-search";

const vista = {
  display_id: "VISTA-1",
  filter: "tag = vip",
  custom_view: {
    column_properties: [{ name: "name" }, { name: "tnt__plan", width: "220px" }],
    sort_by: ["email:asc"],
    group_by: "account",
    layout: "board",
    show_groups: true,
  },
} as unknown as Vista;

describe("the state of a list in the URL", () => {
  it.each([
    [{}, {}],
    [
      { filter: "tag:vip", q: 7, nonsense: "x" },
      { filter: "tag:vip", q: "7" },
    ],
    [{ layout: "board" }, { layout: "board" }],
    [{ layout: "circle", sort: ["a"] }, {}],
  ])("reads %j as %j", (search, want) => expect(parseListSearch(search)).toEqual(want));

  it("is the vista's where the URL says nothing, and the URL's where it does", () => {
    const view = viewOf("rev_user", { vista: "VISTA-1", group: "" }, vista);
    expect(view).toEqual({
      filter: "tag = vip",
      group: "",
      sort: [{ field: "email", dir: "asc" }],
      columns: [
        { name: "display_name", width: undefined },
        { name: "tnt__plan", width: 220 },
      ],
      layout: "board",
    });
  });

  it("holds only what differs", () => {
    const view = defaultView("account");
    expect(searchOf("account", view, {}, undefined)).toEqual({});
    const changed = { ...view, filter: "tier = gold", columns: [{ name: "display_name", width: 300.4 }] };
    expect(searchOf("account", changed, { q: "x" }, undefined)).toEqual({
      q: "x",
      filter: "tier = gold",
      columns: "display_name:300",
    });
    expect(viewOf("account", searchOf("account", changed, {}, undefined), undefined).columns).toEqual([
      { name: "display_name", width: 300 },
    ]);
  });

  it("turns an order round at the second press", () => {
    const once = toggleSort(defaultView("rev_user").sort, "email", "asc");
    expect(once).toEqual([{ field: "email", dir: "asc" }]);
    expect(toggleSort(once, "email", "asc")).toEqual([{ field: "email", dir: "desc" }]);
  });
});
