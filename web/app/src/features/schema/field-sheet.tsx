import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { SchemaField } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Sheet } from "@/components/ui/sheet";
import { Textarea } from "@/components/ui/textarea";
import { DefaultField } from "@/features/schema/default-field";
import {
  blankLast,
  draftOf,
  type FieldDraft,
  fieldOf,
  hasDefault,
  nameFrom,
  newDraft,
} from "@/features/schema/field-draft";
import { isComparable, isNumber, isText, typeLabel } from "@/features/schema/field-types";
import { labelOf, prefixOf, type Scope, withAdded, withField, withinPart } from "@/features/schema/schema";
import { type Edit, TypeFields } from "@/features/schema/type-fields";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { type FieldErrors, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customization;

type FieldSheetProps = {
  scope: Scope;
  /** The field to edit; a new one without. */
  field: SchemaField | undefined;
  /** The names of the composites that a field may consist of. */
  composites: string[];
  onClose: () => void;
};

/** The form of one custom field, beside the list that it belongs to. */
export function FieldSheet({ scope, field, composites, onClose }: FieldSheetProps) {
  const formId = useId();
  const change = useFragmentChange(scope);
  const title = field ? labelOf(field) : words.sheetNew;
  const save = async (draft: FieldDraft) => {
    const made = fieldOf(draft, field);
    await change.mutateAsync((state) => (field ? withField(state, made) : withAdded(state, made)));
    const label = draft.label.trim();
    toast({ tone: "success", title: field ? words.saved(label) : words.created(label) });
    onClose();
  };
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={field ? typeLabel(field) : words.sheetNewText[scope.object]}
      footer={
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          <Button type="submit" form={formId} variant="primary" pending={change.isPending}>
            {field ? words.saveField : words.createField}
          </Button>
        </div>
      }
    >
      <FieldForm id={formId} prefix={prefixOf(scope)} field={field} composites={composites} onSubmit={save} />
    </Sheet>
  );
}

type FieldFormProps = {
  id: string;
  prefix: string;
  field: SchemaField | undefined;
  composites: string[];
  onSubmit: (draft: FieldDraft) => Promise<void>;
};

function FieldForm({ id, prefix, field, composites, onSubmit }: FieldFormProps) {
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const [draft, setDraft] = useState(() => (field ? draftOf(field) : newDraft()));
  const edit: Edit = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problems: FieldErrors = draft.label.trim() === "" ? { display_name: words.labelMissing } : {};
    if (check(problems)) return;
    // The server names a choice by its place, so those without words go below the others.
    const sent = { ...draft, choices: blankLast(draft.choices) };
    setDraft(sent);
    onSubmit(sent).catch((error) => report(withinPart(error, /^fields\[\d+\]\./)));
  };
  const parts = { draft, edit, errors: errors.fields };
  return (
    <form id={id} ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="divide-y divide-line">
      {errors.form && (
        <div className="p-5">
          <Alert>{errors.form}</Alert>
        </div>
      )}
      <FormPart>
        <NameFields {...parts} prefix={prefix} isNew={!field} />
      </FormPart>
      <FormPart>
        <TypeFields {...parts} isNew={!field} composites={composites} />
      </FormPart>
      <FormPart>
        <Field name="description" label={words.hint} hint={words.hintHint} error={errors.fields.description}>
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              className="min-h-16"
              value={draft.description}
              onChange={(event) => edit({ description: event.target.value })}
            />
          )}
        </Field>
        {hasDefault(draft) && <DefaultField {...parts} />}
      </FormPart>
      <FormPart title={words.rules}>
        <RuleFields {...parts} />
      </FormPart>
      {isComparable(draft.type) && (
        <FormPart title={words.inLists}>
          <ListFields {...parts} />
        </FormPart>
      )}
      <FormPart title={words.shown}>
        <Flag {...parts} of="pii" label={words.pii} hint={words.piiHint} />
        <Flag {...parts} of="hidden" label={words.hidden} hint={words.hiddenHint} />
      </FormPart>
    </form>
  );
}

function FormPart({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-5">
      {title && <h3 className="font-semibold text-[0.8125rem]">{title}</h3>}
      {children}
    </div>
  );
}

type PartProps = { draft: FieldDraft; edit: Edit; errors: FieldErrors };

function NameFields({ draft, edit, errors, prefix, isNew }: PartProps & { prefix: string; isNew: boolean }) {
  // The name follows the label until somebody writes one.
  const [isOwn, setOwn] = useState(!isNew);
  return (
    <>
      <Field name="display_name" label={words.label} error={errors.display_name}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            autoComplete="off"
            placeholder={words.labelPlaceholder}
            value={draft.label}
            onChange={({ target }) => edit({ label: target.value, ...(!isOwn && { name: nameFrom(target.value) }) })}
          />
        )}
      </Field>
      <Field name="name" label={words.name} hint={isNew ? words.nameHint : words.nameFixed} error={errors.name}>
        {(control) => (
          <div className="flex items-center rounded-lg border border-line-strong bg-sunken pl-3 focus-within:border-brand focus-within:outline-2 focus-within:outline-brand/35 has-aria-invalid:border-danger">
            <span className="font-mono text-[0.8125rem] text-ink-2">{prefix}</span>
            <Input
              {...control}
              readOnly={!isNew}
              autoComplete="off"
              spellCheck={false}
              className="border-0 bg-transparent pl-0 font-mono text-[0.8125rem] shadow-none focus-visible:outline-none sm:text-[0.8125rem]"
              value={draft.name}
              onChange={({ target }) => {
                setOwn(target.value !== "");
                edit({ name: target.value });
              }}
            />
          </div>
        )}
      </Field>
    </>
  );
}

function RuleFields(parts: PartProps) {
  const { draft } = parts;
  return (
    <>
      <Flag {...parts} of="required" label={words.required} hint={words.requiredHint} />
      <Flag {...parts} of="immutable" label={words.immutable} hint={words.immutableHint} />
      {draft.several && (
        <Pair>
          <Limit {...parts} of="minItems" name="min_items" label={words.minItems} />
          <Limit {...parts} of="maxItems" name="max_items" label={words.maxItems} />
        </Pair>
      )}
      {isNumber(draft.type) && (
        <Pair>
          <Limit {...parts} of="min" name="gte" label={words.min} />
          <Limit {...parts} of="max" name="lte" label={words.max} />
        </Pair>
      )}
      {isText(draft.type) && <TextRules {...parts} />}
    </>
  );
}

function TextRules(parts: PartProps) {
  const { draft, edit, errors } = parts;
  return (
    <>
      <Pair>
        <Limit {...parts} of="minLen" name="min_len" label={words.minLen} />
        <Limit {...parts} of="maxLen" name="max_len" label={words.maxLen} />
      </Pair>
      <Field name="pattern" label={words.pattern} hint={words.patternHint} error={errors.pattern}>
        {(control) => (
          <Input
            {...control}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
            value={draft.pattern}
            onChange={({ target }) => edit({ pattern: target.value })}
          />
        )}
      </Field>
    </>
  );
}

function ListFields(parts: PartProps) {
  const { filterable, several } = parts.draft;
  return (
    <>
      <Flag {...parts} of="filterable" label={words.filterable} hint={words.filterableHint} />
      {filterable && !several && <Flag {...parts} of="sortable" label={words.sortable} hint={words.sortableHint} />}
      {filterable && <Flag {...parts} of="groupable" label={words.groupable} hint={words.groupableHint} />}
    </>
  );
}

function Pair({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-3">{children}</div>;
}

type FlagName = "required" | "immutable" | "filterable" | "sortable" | "groupable" | "pii" | "hidden";

function Flag({ draft, edit, of, label, hint }: PartProps & { of: FlagName; label: string; hint: string }) {
  return (
    <CheckField
      name={of}
      label={label}
      hint={hint}
      checked={draft[of]}
      onChange={({ target }) => edit({ [of]: target.checked })}
    />
  );
}

type LimitName = "min" | "max" | "minLen" | "maxLen" | "minItems" | "maxItems";

function Limit({ draft, edit, errors, of, name, label }: PartProps & { of: LimitName; name: string; label: string }) {
  return (
    <Field name={name} label={label} error={errors[name]}>
      {(control) => (
        <Input
          {...control}
          type="number"
          step="any"
          inputMode="decimal"
          value={draft[of]}
          onChange={({ target }) => edit({ [of]: target.value })}
        />
      )}
    </Field>
  );
}
