import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Alert } from "@/components/ui/alert";
import { CheckField } from "@/components/ui/checkbox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { addIdentifier, chosenOf, givenKinds, kindLabel } from "@/features/identity/identity";
import { refreshIdentity } from "@/features/merge/merge";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const text = strings.evidence.identifiers;

type AddIdentifierDialogProps = { contactId: string; open: boolean; onOpenChange: (open: boolean) => void };

export function AddIdentifierDialog({ contactId, open, onOpenChange }: AddIdentifierDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={text.addTitle} description={text.addHint}>
      <AddForm contactId={contactId} onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function AddForm({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const client = useQueryClient();
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const add = useMutation({
    mutationFn: async (data: FormData) => {
      const chosen = chosenOf({ kind: textOf(data, "kind"), value: textOf(data, "value") });
      if (chosen) await addIdentifier(contactId, chosen, data.has("main"));
    },
    onSuccess: async (_, data) => {
      await refreshIdentity(client);
      toast({ tone: "success", title: text.added(textOf(data, "value")) });
      onClose();
    },
    onError: report,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (!check(textOf(data, "value") === "" ? { value: text.valueMissing } : {})) add.mutate(data);
  };
  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
      {errors.form && <Alert>{errors.form}</Alert>}
      <Field name="kind" label={text.kind} error={errors.fields.kind}>
        {(control) => (
          <Select {...control}>
            {givenKinds.map((kind) => (
              <option key={kind} value={kind}>
                {kindLabel(kind)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field name="value" label={text.value} error={errors.fields.value}>
        {(control) => <Input {...control} autoComplete="off" autoFocus required />}
      </Field>
      <CheckField name="main" label={text.makeMainToo} />
      <SubmitActions onCancel={onClose} pending={add.isPending}>
        {strings.common.add}
      </SubmitActions>
    </form>
  );
}
