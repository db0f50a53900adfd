import { type FormEvent, useId, useState } from "react";
import type { Fragment, SchemaField, SchemaOverride, StockSchema } from "@/api/types";
import { listStyle, SettingsSection } from "@/components/settings-page";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Sheet } from "@/components/ui/sheet";
import { FieldRow } from "@/features/schema/field-row";
import { typeLabel } from "@/features/schema/field-types";
import { isOn, type Scope, textIn, withinPart, withOverride } from "@/features/schema/schema";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customization;

type StockFieldsProps = { scope: Scope; stock: StockSchema; fragment: Fragment | undefined };

/** The fields that every record of a kind has, with what the org has changed about them. */
export function StockFields({ scope, stock, fragment }: StockFieldsProps) {
  const [open, setOpen] = useState<SchemaField>();
  const overrides = new Map(fragment?.stock_field_overrides?.map((override) => [override.name, override]));
  return (
    <SettingsSection title={words.stock} text={words.stockText(words.plurals[scope.object])}>
      <ul aria-label={words.stockLabel} className={listStyle}>
        {stock.fields.map((field) => {
          const override = overrides.get(field.name);
          return (
            <FieldRow
              key={field.name}
              field={field}
              label={stockLabel(field, override)}
              name={field.name}
              badges={{
                required: override?.is_required ?? field.is_required,
                pii: field.is_pii,
                hidden: isOn(override?.ui, "is_hidden"),
              }}
              onOpen={() => setOpen(field)}
            />
          );
        })}
      </ul>
      {open && (
        <StockSheet
          key={open.name}
          scope={scope}
          field={open}
          override={overrides.get(open.name)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </SettingsSection>
  );
}

function stockLabel(field: SchemaField, override: SchemaOverride | undefined): string {
  return textIn(override?.ui, "display_name") || shippedLabel(field.name);
}

/** The label that Kith gives a stock field. One that this app does not know yet is called by its name. */
function shippedLabel(name: string): string {
  const names: Record<string, string> = words.stockNames;
  return names[name] ?? name;
}

type StockSheetProps = {
  scope: Scope;
  field: SchemaField;
  override: SchemaOverride | undefined;
  onClose: () => void;
};

function StockSheet({ scope, field, override, onClose }: StockSheetProps) {
  const formId = useId();
  const change = useFragmentChange(scope);
  const { formRef, errors, forgive, report } = useFormErrors();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const next = overrideOf(field.name, override, new FormData(event.currentTarget));
    const done = () => {
      toast({ tone: "success", title: words.saved(stockLabel(field, next)) });
      onClose();
    };
    change
      .mutateAsync((state) => withOverride(state, next))
      .then(done, (error) => report(withinPart(error, /^stock_field_overrides\[\d+\]\.(ui\.)?/)));
  };
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={stockLabel(field, override)}
      description={`${words.stockSheet} · ${typeLabel(field)}`}
      footer={
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          <Button type="submit" form={formId} variant="primary" pending={change.isPending}>
            {words.saveField}
          </Button>
        </div>
      }
    >
      <form
        id={formId}
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4 p-5"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <Field name="display_name" label={words.label} hint={words.stockLabelHint} error={errors.fields.display_name}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              autoComplete="off"
              placeholder={shippedLabel(field.name)}
              defaultValue={textIn(override?.ui, "display_name")}
            />
          )}
        </Field>
        <CheckField
          name="is_required"
          label={words.stockRequired}
          hint={words.stockRequiredHint}
          defaultChecked={override?.is_required ?? field.is_required}
        />
        <CheckField
          name="is_hidden"
          label={words.stockHidden}
          hint={words.stockHiddenHint}
          defaultChecked={isOn(override?.ui, "is_hidden")}
        />
      </form>
    </Sheet>
  );
}

/** The override that the form says, with whatever else the one before had. */
function overrideOf(name: string, before: SchemaOverride | undefined, data: FormData): SchemaOverride {
  const { display_name: _label, is_hidden: _hidden, ...rest } = before?.ui ?? {};
  const label = textOf(data, "display_name");
  const ui = { ...rest, ...(label && { display_name: label }), ...(data.has("is_hidden") && { is_hidden: true }) };
  return { name, is_required: data.has("is_required"), ui };
}
