import type { ComponentProps } from "react";
import { CheckField } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ChoiceFields } from "@/features/schema/choice-fields";
import { type FieldDraft, newChoice } from "@/features/schema/field-draft";
import {
  isChoice,
  isNumber,
  isText,
  numberFormats,
  textFormats,
  type ValueType,
  valueTypes,
} from "@/features/schema/field-types";
import type { FieldErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.customization;

/** Changes some of what a form holds. */
export type Edit = (changes: Partial<FieldDraft>) => void;

type TypeFieldsProps = { draft: FieldDraft; edit: Edit; errors: FieldErrors; isNew: boolean; composites: string[] };

/** What a field's values are, and what that takes to know. */
export function TypeFields({ draft, edit, errors, isNew, composites }: TypeFieldsProps) {
  const { type } = draft;
  return (
    <>
      <Field
        name="field_type"
        label={words.type}
        hint={isNew ? words.typeHints[type] : words.typeFixed}
        error={errors.field_type}
      >
        {(control) => (
          <Select
            {...control}
            value={type}
            disabled={!isNew}
            onChange={({ target }) => edit(startOf(target.value as ValueType, draft))}
          >
            {valueTypes
              .filter((other) => other !== "composite" || composites.length > 0)
              .map((other) => (
                <option key={other} value={other}>
                  {words.types[other]}
                </option>
              ))}
          </Select>
        )}
      </Field>
      {isNew && (
        <CheckField
          name="several"
          label={words.severalField}
          hint={words.severalHint}
          checked={draft.several}
          onChange={({ target }) => edit({ several: target.checked, defaultValue: "" })}
        />
      )}
      {isText(type) && (
        <FormatField
          draft={draft}
          edit={edit}
          errors={errors}
          formats={textFormats}
          label={words.format}
          any={words.anyText}
        />
      )}
      {isNumber(type) && <NumberFields draft={draft} edit={edit} errors={errors} />}
      {type === "composite" && (
        <PlainSelect
          name="composite_type"
          label={words.composite}
          error={errors.composite_type}
          disabled={!isNew}
          value={draft.composite}
          options={composites.map((name) => [name, name])}
          onChange={({ target }) => edit({ composite: target.value })}
        />
      )}
      {type === "id" && <IdTypeFields draft={draft} edit={edit} />}
      {isChoice(type) && <ChoiceFields draft={draft} edit={edit} errors={errors} />}
    </>
  );
}

/** What a form holds once another type is chosen: what belongs to the old one is dropped. */
function startOf(type: ValueType, draft: FieldDraft): Partial<FieldDraft> {
  const choices =
    isChoice(type) && draft.choices.length === 0 ? [newChoice("", "1"), newChoice("", "2")] : draft.choices;
  return { type, format: "", defaultValue: "", choices };
}

type FormatFieldProps = Omit<TypeFieldsProps, "isNew" | "composites"> & {
  formats: readonly (keyof typeof words.formats)[];
  label: string;
  any: string;
};

function FormatField({ draft, edit, errors, formats, label, any }: FormatFieldProps) {
  return (
    <PlainSelect
      name="format"
      label={label}
      error={errors.format}
      value={draft.format}
      options={[["", any], ...formats.map((format): [string, string] => [format, words.formats[format]])]}
      onChange={({ target }) => edit({ format: target.value })}
    />
  );
}

function NumberFields({ draft, edit, errors }: Omit<TypeFieldsProps, "isNew" | "composites">) {
  return (
    <>
      <FormatField
        draft={draft}
        edit={edit}
        errors={errors}
        formats={numberFormats}
        label={words.numberFormat}
        any={words.anyNumber}
      />
      <Field name="ui.unit" label={words.unit} hint={words.unitHint} error={errors["ui.unit"]}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            value={draft.unit}
            onChange={({ target }) => edit({ unit: target.value })}
          />
        )}
      </Field>
    </>
  );
}

function IdTypeFields({ draft, edit }: Pick<TypeFieldsProps, "draft" | "edit">) {
  const names = Object.entries(words.idTypeNames);
  const toggle = (name: string, on: boolean) =>
    edit({ idTypes: on ? [...draft.idTypes, name] : draft.idTypes.filter((other) => other !== name) });
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{words.idTypes}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {names.map(([name, label]) => (
          <CheckField
            key={name}
            name="id_type"
            label={label}
            checked={draft.idTypes.includes(name)}
            onChange={({ target }) => toggle(name, target.checked)}
          />
        ))}
      </div>
      <p className="text-[0.8125rem] text-ink-3">{words.idTypesHint}</p>
    </fieldset>
  );
}

type PlainSelectProps = ComponentProps<"select"> & {
  name: string;
  label: string;
  hint?: string;
  error: string | undefined;
  options: [value: string, label: string][];
};

/** A select with its label. */
export function PlainSelect({ name, label, hint, error, options, ...props }: PlainSelectProps) {
  return (
    <Field name={name} label={label} hint={hint} error={error}>
      {(control) => (
        <Select {...control} {...props}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
