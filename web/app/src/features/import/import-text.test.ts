import { describe, expect, it } from "vitest";
import type { Import } from "@/features/import/import";
import { endMessage, fieldLabel, outcomesOf } from "@/features/import/import-text";
import { importOf, progressOf } from "@/features/import/testing";
import { formatSize } from "@/lib/format";

it.each([
  ["email", "E-mail"],
  ["tnt__plan_level", "Plan level (tnt__plan_level)"],
  ["ctype_lead__source", "Source (ctype_lead__source)"],
])("calls %s %s", (name, want) => {
  expect(fieldLabel(name)).toBe(want);
});

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [4300, "4.3 kB"],
  [1_500_000_000, "1.5 GB"],
  [2_000_000_000_000, "2,000 GB"],
])("shows %i bytes as %s", (bytes, want) => {
  expect(formatSize(bytes)).toBe(want);
});

describe("the end of an import", () => {
  it.each([
    [{}, progressOf({ created: 2, updated: 1 }), "success", "3 imported, 0 errors", "people.csv: 2 created, 1 updated"],
    [{}, progressOf({ created: 1, failed: 1 }), "info", "1 imported, 1 error", "people.csv: 1 created"],
    [{}, progressOf({ failed: 1200 }), "danger", "0 imported, 1,200 errors", "people.csv"],
    [
      { options: { dry_run: true } },
      progressOf({ unchanged: 2, failed: 2 }),
      "info",
      "Checked: 2 would be imported, 2 errors",
      "people.csv: 2 unchanged",
    ],
    [{ state: "failed", error: "no table" }, progressOf({}), "danger", "people.csv could not be imported", "No table"],
    [
      { state: "cancelled" },
      progressOf({ created: 5, failed: 1 }),
      "info",
      "Import of people.csv cancelled, 5 imported",
      "5 created",
    ],
    [
      { state: "cancelled", options: { dry_run: true } },
      progressOf({ created: 5 }),
      "info",
      "Check of people.csv cancelled",
      "5 to create",
    ],
    [
      { state: "undone" },
      progressOf({ created: 5, removed: 4, left: 1 }),
      "success",
      "Import of people.csv undone",
      "4 removed, 1 left as changed since",
    ],
  ] satisfies [Partial<Import>, Import["progress"], string, string, string][])(
    "%j",
    (more, progress, tone, title, detail) => {
      expect(endMessage(importOf({ ...more, progress }))).toEqual({ tone, title, detail });
    },
  );

  it("has no outcomes without rows", () => {
    expect(outcomesOf(importOf({ progress: progressOf({}) }))).toEqual([]);
  });
});
