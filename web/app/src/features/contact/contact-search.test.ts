import { describe, expect, it } from "vitest";
import { contactSearchParams, parseContactSearch, sortBy, toggleSort } from "@/features/contact/contact-search";

describe("parseContactSearch", () => {
  it.each([
    [{}, { sort: "created", dir: "desc" }],
    [{ sort: "name" }, { sort: "name", dir: "asc" }],
    [
      { sort: "name", dir: "desc" },
      { sort: "name", dir: "desc" },
    ],
    [
      { sort: "shoe size", dir: "up" },
      { sort: "created", dir: "desc" },
    ],
    [
      { sort: 7, dir: null },
      { sort: "created", dir: "desc" },
    ],
  ])("reads %j as %j", (search, want) => {
    expect(parseContactSearch(search)).toEqual(want);
  });
});

it("keeps defaults out of the URL and reads back what it wrote", () => {
  expect(contactSearchParams({ sort: "created", dir: "desc" })).toEqual({});
  expect(contactSearchParams({ sort: "name", dir: "asc" })).toEqual({ sort: "name" });
  for (const sort of ["name", "email", "created", "modified"] as const) {
    for (const dir of ["asc", "desc"] as const) {
      expect(parseContactSearch(contactSearchParams({ sort, dir }))).toEqual({ sort, dir });
    }
  }
});

it("turns the order round on a second press", () => {
  const byName = toggleSort({ sort: "created", dir: "desc" }, "name");
  expect(byName).toEqual({ sort: "name", dir: "asc" });
  expect(toggleSort(byName, "name")).toEqual({ sort: "name", dir: "desc" });
  expect(toggleSort(byName, "modified")).toEqual({ sort: "modified", dir: "desc" });
});

it("asks the API in the API's words", () => {
  expect(sortBy({ sort: "name", dir: "asc" })).toEqual(["display_name:asc"]);
  expect(sortBy({ sort: "modified", dir: "desc" })).toEqual(["modified_date:desc"]);
});
