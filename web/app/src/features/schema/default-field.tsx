import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FieldDraft } from "@/features/schema/field-draft";
import { isChoice, isNumber } from "@/features/schema/field-types";
import { type Edit, PlainSelect } from "@/features/schema/type-fields";
import type { FieldErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.customization;

type DefaultFieldProps = { draft: FieldDraft; edit: Edit; errors: FieldErrors };

/** What new records get, in the control that suits the type. */
export function DefaultField({ draft, edit, errors }: DefaultFieldProps) {
  const field = {
    name: "default_value",
    label: words.defaultValue,
    hint: words.defaultHint,
    error: errors.default_value,
  };
  const value = draft.defaultValue;
  const onChange = (event: { target: { value: string } }) => edit({ defaultValue: event.target.value });
  const options = optionsOf(draft);
  if (options) return <PlainSelect {...field} value={value} onChange={onChange} options={options} />;
  return (
    <Field {...field}>
      {(control) => <Input {...control} {...inputOf(draft)} autoComplete="off" value={value} onChange={onChange} />}
    </Field>
  );
}

function optionsOf({ type, choices }: FieldDraft): [string, string][] | undefined {
  const none: [string, string] = ["", words.noDefault];
  if (type === "bool") return [none, ["true", words.yes], ["false", words.no]];
  if (!isChoice(type)) return undefined;
  const open = choices.filter((choice) => !choice.isRetired && choice.label.trim() !== "");
  return [
    none,
    ...open.map(({ label, number }): [string, string] => [type === "uenum" ? number : label.trim(), label]),
  ];
}

function inputOf({ type }: FieldDraft) {
  if (isNumber(type)) return { type: "number", step: "any", inputMode: "decimal" } as const;
  if (type === "date") return { type: "date" };
  return { type: type === "timestamp" ? "datetime-local" : "text" };
}
