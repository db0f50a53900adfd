import { expect, it } from "vitest";
import type { PreviewField } from "@/features/import/import";
import { assign, fieldsOf, toMapping, withChoices } from "@/features/import/import-mapping";

function field(name: string, ...columns: string[]): PreviewField {
  return { name, columns, list: false, required: false, samples: [] };
}

const fields = [field("display_name", "First", "Last"), field("email", "Mail"), field("description")];

it.each([
  ["takes a column that was free", "Notes", "description", { description: "Notes" }],
  ["joins a second column", "Notes", "email", { email: "Mail + Notes" }],
  ["moves a column", "Mail", "description", { email: "", description: "Mail" }],
  ["leaves a column out", "Last", "", { display_name: "First" }],
  ["keeps what is so already", "Mail", "email", { email: "Mail" }],
] as const)("%s", (_what, column, to, want) => {
  expect(assign(column, to, fields, {})).toEqual(want);
});

it("adds to what was chosen before", () => {
  const chosen = toMapping({ email: "" }, []);
  expect(assign("Notes", "description", withChoices(fields, chosen), chosen)).toEqual({
    email: "",
    description: "Notes",
  });
});

it("shows what was chosen before what the server found", () => {
  const header = ["First", "Last", "Mail", "Salt + Pepper"];
  const shown = withChoices(
    fields,
    toMapping({ email: "", description: "Salt + Pepper", display_name: "Last + Mail" }, header),
  );
  expect(header.map((column) => fieldsOf(column, shown))).toEqual([
    [],
    ["display_name"],
    ["display_name"],
    ["description"],
  ]);
});
