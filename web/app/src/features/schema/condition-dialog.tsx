import { type FormEvent, useState } from "react";
import type { SchemaField } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { CheckField } from "@/components/ui/checkbox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { type EffectName, effectOf, expressionOf, type Operator, valuesOf } from "@/features/schema/condition";
import { labelOf, prefixOf, type Scope, withinPart } from "@/features/schema/schema";
import { PlainSelect } from "@/features/schema/type-fields";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { textOf, useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.customization;

type ConditionDialogProps = { scope: Scope; fields: SchemaField[]; onClose: () => void };

/** Asks for one condition with one effect; what is more involved is set over the API. */
export function ConditionDialog({ scope, fields, onClose }: ConditionDialogProps) {
  const change = useFragmentChange(scope);
  const { formRef, errors, check, clear, report } = useFormErrors();
  const causes = fields.filter((field) => field.is_filterable);
  const [causeName, setCause] = useState(causes[0]?.name ?? "");
  const [operator, setOperator] = useState<Operator>("is");
  const cause = causes.find((field) => field.name === causeName);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const targets = data.getAll("fields").map(String);
    if (!cause || check(targets.length === 0 ? { fields: words.effectFieldsMissing } : {})) return;
    const expression = expressionOf(prefixOf(scope) + cause.name, operator, textOf(data, "expression"), cause);
    const condition = { expression, effects: [effectOf(textOf(data, "effect") as EffectName, targets)] };
    change
      .mutateAsync((state) => ({ ...state, conditions: [...(state.conditions ?? []), condition] }))
      .then(onClose, (error) => report(withinPart(error, /^conditions\[\d+\]\./)));
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={words.newCondition}>
      <form
        ref={formRef}
        onSubmit={submit}
        onChange={clear}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] gap-3">
          <PlainSelect
            name="cause"
            label={words.conditionField}
            error={undefined}
            value={causeName}
            options={causes.map((field) => [field.name, labelOf(field)])}
            onChange={({ target }) => setCause(target.value)}
          />
          <PlainSelect
            name="operator"
            label={words.operator}
            error={undefined}
            value={operator}
            options={Object.entries(words.operators)}
            onChange={({ target }) => setOperator(target.value as Operator)}
          />
        </div>
        {cause && (operator === "is" || operator === "isNot") && (
          <ValueField key={cause.name} cause={cause} error={errors.fields.expression} />
        )}
        <PlainSelect
          name="effect"
          label={words.effect}
          error={undefined}
          options={Object.entries(words.effectChoices)}
        />
        <Targets
          prefix={prefixOf(scope)}
          fields={fields.filter((field) => field.name !== causeName)}
          error={errors.fields.fields}
        />
        <SubmitActions onCancel={onClose} pending={change.isPending}>
          {words.createCondition}
        </SubmitActions>
      </form>
    </Dialog>
  );
}

function ValueField({ cause, error }: { cause: SchemaField; error: string | undefined }) {
  const values = valuesOf(cause);
  if (values) return <PlainSelect name="expression" label={words.conditionValue} error={error} options={values} />;
  return (
    <Field name="expression" label={words.conditionValue} error={error}>
      {(control) => <Input {...control} type={cause.field_type === "date" ? "date" : "text"} autoComplete="off" />}
    </Field>
  );
}

function Targets({ prefix, fields, error }: { prefix: string; fields: SchemaField[]; error: string | undefined }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{words.effectFields}</legend>
      <div className="grid max-h-40 gap-2 overflow-y-auto sm:grid-cols-2">
        {fields.map((field) => (
          <CheckField key={field.name} name="fields" value={prefix + field.name} label={labelOf(field)} />
        ))}
      </div>
      <p aria-live="polite" className="text-[0.8125rem] text-danger empty:hidden">
        {error}
      </p>
    </fieldset>
  );
}
