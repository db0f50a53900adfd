import { Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Chip } from "@/components/ui/chip";
import { Combobox, type Option } from "@/components/ui/combobox";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { loadParts } from "@/features/inbox/parts";
import { type Draft, isReference } from "@/features/record/draft";
import type { RecordField } from "@/features/record/field";
import { createTag, type Loader, loadMembers, loadRecords, loadTags } from "@/features/record/options";
import { strings } from "@/strings";

export type FieldInputProps = {
  field: RecordField;
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** What ties the control to its label and error. */
  control?: { id: string; name: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
  autoFocus?: boolean;
};

/** The control that fits a field's type. */
export function FieldInput({ field, draft, onChange, control, autoFocus = false }: FieldInputProps) {
  const named = control ?? { id: undefined, name: field.name, "aria-label": field.label };
  const text = { value: draft.text, autoFocus, ...named };
  const write = (value: string) => onChange({ ...draft, text: value });
  if (isReference(field)) return <ReferenceInput {...{ field, draft, onChange }} />;
  if (field.kind === "enum" && field.many) return <ChoiceList {...{ field, draft, onChange }} />;
  if (field.kind === "enum" || field.kind === "bool") {
    return (
      <Select {...text} onChange={(event) => write(event.target.value)}>
        <option value="">{strings.records.noValue}</option>
        {choicesOf(field).map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
    );
  }
  if (field.many || field.kind === "rich_text" || field.name === "description") {
    return (
      <Textarea
        {...text}
        placeholder={field.many ? strings.records.onePerLine : undefined}
        rows={field.many ? 1 : 3}
        className={field.many ? "field-sizing-content min-h-9" : undefined}
        onChange={(event) => write(event.target.value)}
      />
    );
  }
  return <Input {...text} type={inputType(field)} autoComplete="off" onChange={(event) => write(event.target.value)} />;
}

function choicesOf(field: RecordField) {
  if (field.kind !== "bool") return field.choices;
  return [
    { value: "true", label: strings.records.yes },
    { value: "false", label: strings.records.no },
  ];
}

/** Numbers are typed as text: a number field swallows what it does not like without a word. */
function inputType(field: RecordField): string {
  if (field.kind === "date") return "date";
  return field.kind === "timestamp" ? "datetime-local" : "text";
}

function ChoiceList({ field, draft, onChange }: FieldInputProps) {
  const toggle = (option: Option) => {
    const rest = draft.chosen.filter(({ value }) => value !== option.value);
    onChange({ ...draft, chosen: rest.length < draft.chosen.length ? rest : [...rest, option] });
  };
  return (
    <fieldset className="grid max-h-56 gap-1.5 overflow-y-auto">
      <legend className="sr-only">{field.label}</legend>
      {field.choices.map((choice) => (
        <label key={choice.value} htmlFor={`${field.name}-${choice.value}`} className="flex items-center gap-2.5">
          <Checkbox
            id={`${field.name}-${choice.value}`}
            checked={draft.chosen.some(({ value }) => value === choice.value)}
            onChange={() => toggle(choice)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}

const loaders: Record<string, Loader> = {
  tag: loadTags,
  member: loadMembers,
  account: loadRecords("account"),
  workspace: loadRecords("rev_org"),
  contact: loadRecords("rev_user"),
  part: loadParts,
};

/** Where the values of a field that holds records come from. */
export function loaderOf(field: RecordField): Loader {
  return loaders[field.kind] ?? loadTags;
}

function ReferenceInput({ field, draft, onChange }: FieldInputProps) {
  const choose = (option: Option) => {
    if (!field.many) return onChange({ ...draft, chosen: [option] });
    const rest = draft.chosen.filter(({ value }) => value !== option.value);
    return onChange({ ...draft, chosen: rest.length < draft.chosen.length ? rest : [...rest, option] });
  };
  const remove = (option: Option) =>
    onChange({ ...draft, chosen: draft.chosen.filter(({ value }) => value !== option.value) });
  const finds: Record<string, string> = strings.records.find;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {draft.chosen.map((option) => (
        <Chip key={option.value} onRemove={() => remove(option)} label={option.label}>
          {option.detail && field.kind === "tag" ? `${option.label}: ${option.detail}` : option.label}
        </Chip>
      ))}
      <Combobox
        label={finds[field.kind] ?? field.label}
        trigger={
          <Button size="sm" aria-label={`${field.label}: ${strings.common.add}`}>
            <Plus aria-hidden />
            {strings.common.add}
          </Button>
        }
        load={loaderOf(field)}
        source={field.kind}
        chosen={draft.chosen.map(({ value }) => value)}
        onChoose={choose}
        several={field.many}
        create={
          field.kind === "tag"
            ? { label: strings.records.newTag, run: (name) => void createTag(name).then(choose) }
            : undefined
        }
      />
    </div>
  );
}
