import { describe, expect, it } from "vitest";
import { daysUntil, formatDate, formatDateTime, initials, plural } from "@/lib/format";

it.each([
  ["Ada King Lovelace", "AL"],
  ["ada", "A"],
  ["  Jean-Luc  Picard ", "JP"],
  ["美咲", "美"],
  ["O’Brien", "O"],
  ["grace.hopper@example.com", "GC"],
  ["…", ""],
  ["", ""],
])("initials of %j are %j", (name, want) => {
  expect(initials(name)).toBe(want);
});

describe("dates", () => {
  it("shows nothing for what is no date", () => {
    expect(formatDate(undefined)).toBe("");
    expect(formatDate("soon")).toBe("");
    expect(formatDateTime("")).toBe("");
  });
  it("shows the year of a real one", () => {
    expect(formatDate("2024-05-17T12:00:00Z")).toContain("2024");
  });
  it("counts days rounded up", () => {
    const now = Date.parse("2024-01-01T00:00:00Z");
    expect(daysUntil("2024-01-02T00:00:00Z", now)).toBe(1);
    expect(daysUntil("2024-01-01T00:00:01Z", now)).toBe(1);
    expect(daysUntil("2023-12-30T00:00:00Z", now)).toBe(-2);
  });
});

it("counts in words", () => {
  expect(plural(1, "contact")).toBe("1 contact");
  expect(plural(0, "contact")).toBe("0 contacts");
});
