import { describe, expect, it } from "vitest";
import type { SchemaField } from "@/api/types";
import { expressionOf } from "@/features/schema/condition";
import { blankLast, draftOf, fieldOf, nameFrom, newChoice, newDraft } from "@/features/schema/field-draft";

const flags = { is_filterable: false, is_immutable: false, is_pii: false, is_required: false };

describe("the draft of a field", () => {
  it.each([
    ["Größe (t-shirt)", "grosse_t_shirt"],
    ["2nd phone", "nd_phone"],
    ["  E-Mail ", "e_mail"],
    ["电话", ""],
    ["a".repeat(80), "a".repeat(63)],
  ])("makes %j the name %j", (label, name) => {
    expect(nameFrom(label)).toBe(name);
  });

  it("gives a field back as it was read", () => {
    const field: SchemaField = {
      ...flags,
      name: "amounts",
      field_type: "array",
      base_type: "double",
      format: "currency",
      default_value: [1, 2],
      gt: 0,
      lte: 100,
      min_items: 1,
      is_filterable: true,
      ui: { display_name: "Amounts", unit: "EUR", is_groupable: false, colour: "red" },
    };
    expect(fieldOf(draftOf(field), field)).toEqual({ ...field, description: "" });
  });

  it("takes off what was emptied", () => {
    const field: SchemaField = { ...flags, name: "n", field_type: "int", default_value: 5, gte: 1, format: "rating" };
    const sent = fieldOf({ ...draftOf(field), defaultValue: "", min: "", format: "" }, field);
    expect(JSON.parse(JSON.stringify(sent))).toEqual({
      ...flags,
      name: "n",
      field_type: "int",
      description: "",
      ui: { display_name: "n" },
    });
  });

  it("has defaults of the type that the values have", () => {
    const draft = { ...newDraft(), name: "x", label: "X" };
    expect(fieldOf({ ...draft, type: "bool", defaultValue: "false" }, undefined).default_value).toBe(false);
    expect(fieldOf({ ...draft, type: "double", defaultValue: "1.5" }, undefined).default_value).toBe(1.5);
    const choices = [newChoice("Low", "10"), newChoice("High", "20")];
    expect(fieldOf({ ...draft, type: "uenum", choices, defaultValue: "20" }, undefined).default_value).toBe(20);
  });

  it("sends choices without those that were left empty, whose rows go last", () => {
    const choices = blankLast([newChoice("a"), newChoice(" "), newChoice("b")]);
    expect(choices.map(({ label }) => label)).toEqual(["a", "b", " "]);
    const sent = fieldOf({ ...newDraft(), type: "enum", choices }, undefined);
    expect(sent.allowed_values).toEqual([
      { label: "a", is_deprecated: false },
      { label: "b", is_deprecated: false },
    ]);
  });
});

describe("the expression of a condition", () => {
  it("quotes texts and leaves numbers as they are", () => {
    const text: SchemaField = { ...flags, name: "t", field_type: "text" };
    expect(expressionOf("tnt__t", "is", 'say "and" \\', text)).toBe('tnt__t = "say \\"and\\" \\\\"');
    expect(expressionOf("tnt__n", "isNot", "5", { ...text, field_type: "int" })).toBe("tnt__n != 5");
    expect(expressionOf("tnt__n", "isSet", "", text)).toBe("tnt__n not empty");
  });
});
