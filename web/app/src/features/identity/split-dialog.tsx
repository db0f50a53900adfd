import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { CheckField } from "@/components/ui/checkbox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { type Chosen, keyOf, kindLabel, splitContact } from "@/features/identity/identity";
import { refreshIdentity } from "@/features/merge/merge";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const text = strings.evidence.identifiers;

type SplitDialogProps = {
  contactId: string;
  /** Those that can go. */
  identifiers: Chosen[];
  /** Those that are chosen at first. */
  preset: Chosen[];
  onClose: () => void;
};

/** Takes identifiers out of a contact to a new one. */
export function SplitDialog({ contactId, identifiers, preset, onClose }: SplitDialogProps) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => new Set(preset.map(keyOf)));
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const going = identifiers.filter((identifier) => chosen.has(keyOf(identifier)));
  const split = useMutation({
    mutationFn: (name: string) => splitContact(contactId, going, name),
    onSuccess: async ({ rev_user: made }) => {
      await refreshIdentity(client);
      toast({
        tone: "success",
        title: text.splitDone(made.display_name, made.display_id),
        detail: text.splitDetail(going.map(({ value }) => value).join(", ")),
      });
      onClose();
    },
    onError: report,
  });
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
    check({});
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = textOf(new FormData(event.currentTarget), "display_name");
    if (!check(going.length === 0 ? { identifiers: text.splitNone } : {})) split.mutate(name);
  };
  return (
    <Dialog open onOpenChange={onClose} title={text.splitTitle} description={text.splitHint}>
      <form
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <legend className="mb-1.5 font-medium text-[0.8125rem]">{text.splitChoose}</legend>
          <div className="grid max-h-60 gap-2.5 overflow-y-auto rounded-lg border border-line bg-surface p-3 [overflow-wrap:anywhere]">
            {identifiers.map((identifier) => (
              <CheckField
                key={keyOf(identifier)}
                name="identifiers"
                label={identifier.value}
                hint={kindLabel(identifier.kind)}
                checked={chosen.has(keyOf(identifier))}
                onChange={() => toggle(keyOf(identifier))}
              />
            ))}
          </div>
          {errors.fields.identifiers && (
            <p role="alert" className="text-[0.8125rem] text-danger">
              {errors.fields.identifiers}
            </p>
          )}
        </fieldset>
        <Alert tone="info">{text.splitGoes}</Alert>
        <Field name="display_name" label={text.splitName} hint={text.splitNameHint} error={errors.fields.display_name}>
          {(control) => <Input {...control} autoComplete="off" />}
        </Field>
        <SubmitActions onCancel={onClose} pending={split.isPending}>
          {text.splitAction}
        </SubmitActions>
      </form>
    </Dialog>
  );
}
