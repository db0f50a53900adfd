import type { SchemaCondition, SchemaField } from "@/api/types";
import { isChoice, isNumber, valueTypeOf } from "@/features/schema/field-types";
import { labelOf } from "@/features/schema/schema";
import { strings } from "@/strings";

type Effect = SchemaCondition["effects"][number];

const words = strings.customization.effects;

export type Operator = keyof typeof strings.customization.operators;
export type EffectName = keyof typeof strings.customization.effectChoices;

/** "Seats is required", with the fields by their labels. */
export function effectSentence(effect: Effect, fields: SchemaField[], prefix: string): string {
  const labels = effect.fields.map((name) => {
    const field = fields.find((other) => prefix + other.name === name);
    return field ? labelOf(field) : name;
  });
  const what = [
    effect.require && words.require,
    effect.show === true && words.show,
    effect.show === false && words.hide,
    effect.immutable && words.lock,
    effect.invalid && words.refuse,
    effect.allowed_values?.length && words.limit(effect.allowed_values.join(", ")),
  ].filter(Boolean);
  return `${labels.join(", ")} ${what.join(", ")}`;
}

export function effectOf(name: EffectName, fields: string[]): Effect {
  switch (name) {
    case "require":
      return { fields, require: true };
    case "show":
      return { fields, show: true };
    case "hide":
      return { fields, show: false };
    case "lock":
      return { fields, immutable: true };
    case "refuse":
      return { fields, invalid: true };
  }
}

/** The filter that says when a condition holds. */
export function expressionOf(name: string, operator: Operator, value: string, field: SchemaField): string {
  switch (operator) {
    case "isEmpty":
      return `${name} empty`;
    case "isSet":
      return `${name} not empty`;
    case "is":
      return `${name} = ${valueIn(field, value)}`;
    case "isNot":
      return `${name} != ${valueIn(field, value)}`;
  }
}

/** A value as filters take it: texts in quotes, so that none is read as a word of the language. */
function valueIn(field: SchemaField, value: string): string {
  const type = valueTypeOf(field);
  const isPlain = isNumber(type) || type === "bool" || type === "date";
  return isPlain && value !== "" ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** The values to choose from, where there are only so many. */
export function valuesOf(field: SchemaField): [value: string, label: string][] | undefined {
  const type = valueTypeOf(field);
  const { yes, no } = strings.customization;
  if (type === "bool")
    return [
      ["true", yes],
      ["false", no],
    ];
  if (!isChoice(type)) return undefined;
  return (field.choices ?? []).map(({ label }) => [label, label]);
}
