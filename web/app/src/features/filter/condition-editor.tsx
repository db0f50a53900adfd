import { Plus } from "lucide-react";
import type { FilterTree } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Chip } from "@/components/ui/chip";
import { Combobox, type Option } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { arityOf, fieldNamed, type Operator, operatorsOf, relationsOf, splitField } from "@/features/filter/filter";
import { useLabels } from "@/features/filter/use-label";
import { isReference } from "@/features/record/draft";
import { type RecordField, useFields } from "@/features/record/field";
import { loaderOf } from "@/features/record/field-input";
import type { FilterType } from "@/features/record/record";
import { strings } from "@/strings";

const words = strings.filters;

/** The field of a condition and what people call it, or nothing when it is no field any more. */
export function useConditionField(type: FilterType, path: string) {
  const { relation, name } = splitField(type, path);
  const fields = useFields(relation ? (relationsOf(type)[relation] ?? type) : type);
  const field = fieldNamed(fields, name);
  const names: Record<string, string> = words.relations;
  const prefix = relation ? words.ofRelated(names[relation] ?? relation) : "";
  return { field, label: prefix + (field?.label ?? path) };
}

/** What an operator is called for a field: dates are before and after. */
export function operatorLabel(operator: Operator, field: RecordField | undefined): string {
  const dated = field?.kind === "date" || field?.kind === "timestamp";
  if (dated && operator === "lt") return words.operators.before;
  if (dated && operator === "gt") return words.operators.after;
  return words.operators[operator];
}

type ConditionEditorProps = { type: FilterType; node: FilterTree; onChange: (node: FilterTree) => void };

/** A condition's operator and values, with the control that fits the field. */
export function ConditionEditor({ type, node, onChange }: ConditionEditorProps) {
  const { field, label } = useConditionField(type, node.field ?? "");
  const operator = node.operator ?? "eq";
  const offered = field ? operatorsOf(field) : [operator];
  const operators = offered.includes(operator) ? offered : [operator, ...offered];
  const setOperator = (next: Operator) => {
    const keeps = arityOf(next) === arityOf(operator) || (arityOf(next) === "many" && arityOf(operator) === 1);
    onChange({ ...node, operator: next, values: keeps ? (node.values ?? []) : [] });
  };
  return (
    <div className="grid gap-2">
      <p className="font-medium text-[0.8125rem]">{label}</p>
      <Select
        aria-label={words.operator}
        value={operator}
        onChange={(event) => setOperator(event.target.value as Operator)}
      >
        {operators.map((offer) => (
          <option key={offer} value={offer}>
            {operatorLabel(offer, field)}
          </option>
        ))}
      </Select>
      {field && arityOf(operator) !== 0 && <Values field={field} node={node} onChange={onChange} />}
    </div>
  );
}

type ValuesProps = { field: RecordField; node: FilterTree; onChange: (node: FilterTree) => void };

function Values({ field, node, onChange }: ValuesProps) {
  const values = node.values ?? [];
  const set = (next: string[]) => onChange({ ...node, values: next });
  const arity = arityOf(node.operator ?? "eq");
  if (isReference(field)) return <ReferenceValues field={field} values={values} onChange={set} />;
  if (field.kind === "bool") {
    return (
      <Select aria-label={words.value} value={values[0] ?? ""} onChange={(event) => set([event.target.value])}>
        <option value="" disabled>
          {words.value}
        </option>
        <option value="true">{strings.records.yes}</option>
        <option value="false">{strings.records.no}</option>
      </Select>
    );
  }
  if (field.kind === "enum") return <ChoiceValues field={field} values={values} onChange={set} />;
  const dated = field.kind === "date" || field.kind === "timestamp";
  const shown = arity === "many" ? [...values, ""] : Array.from({ length: arity }, (_, index) => values[index] ?? "");
  return (
    <div className="grid gap-2">
      {shown.map((value, index) => (
        <Field
          // biome-ignore lint/suspicious/noArrayIndexKey: a value's place is what it is
          key={index}
          name={`value-${index}`}
          label={arity === 2 && index === 1 ? words.and : words.value}
          hint={dated && index === shown.length - 1 ? words.dateHint : undefined}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus={index === 0}
              autoComplete="off"
              list={dated ? "relative-dates" : undefined}
              value={value}
              onChange={(event) => set(replaced(values, index, event.target.value, arity === "many"))}
            />
          )}
        </Field>
      ))}
      {dated && (
        <datalist id="relative-dates">
          {[
            "today",
            "yesterday",
            "this-week",
            "last-week",
            "this-month",
            "last-month",
            "-7d",
            "-30d",
            "-90d",
            "-1y",
          ].map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </div>
  );
}

function replaced(values: string[], index: number, value: string, dropsEmpty: boolean): string[] {
  const next = [...values];
  while (next.length <= index) next.push("");
  next[index] = value;
  return dropsEmpty ? next.filter((text) => text !== "") : next;
}

type ListProps = { field: RecordField; values: string[]; onChange: (values: string[]) => void };

function ChoiceValues({ field, values, onChange }: ListProps) {
  const toggle = (chosen: string) =>
    onChange(values.includes(chosen) ? values.filter((value) => value !== chosen) : [...values, chosen]);
  return (
    <fieldset className="grid max-h-56 gap-1.5 overflow-y-auto py-1">
      <legend className="sr-only">{words.value}</legend>
      {field.choices.map(({ value, label }) => {
        const filtered = field.byValue ? value : label;
        return (
          <label key={label} htmlFor={`choice-${filtered}`} className="flex items-center gap-2.5">
            <Checkbox id={`choice-${filtered}`} checked={values.includes(filtered)} onChange={() => toggle(filtered)} />
            {label}
          </label>
        );
      })}
    </fieldset>
  );
}

function ReferenceValues({ field, values, onChange }: ListProps) {
  const labels = useLabels(field.kind, values);
  const finds: Record<string, string> = strings.records.find;
  const choose = (option: Option) =>
    onChange(
      values.includes(option.value) ? values.filter((value) => value !== option.value) : [...values, option.value],
    );
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {values.map((value, index) => (
        <Chip
          key={value}
          label={labels[index] ?? value}
          onRemove={() => onChange(values.filter((other) => other !== value))}
        >
          {labels[index]}
        </Chip>
      ))}
      <Combobox
        label={finds[field.kind] ?? field.label}
        trigger={
          <Button size="sm">
            <Plus aria-hidden />
            {words.value}
          </Button>
        }
        load={loaderOf(field)}
        source={field.kind}
        chosen={values}
        onChoose={choose}
        several
      />
    </div>
  );
}
