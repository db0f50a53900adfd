import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { Vista } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { CheckField } from "@/components/ui/checkbox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { ListView } from "@/features/record/list-search";
import type { FilterType } from "@/features/record/record";
import { changeVista, createVista, type VistaSettings } from "@/features/vista/vista";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.vistas;

type VistaDialogProps = {
  type: FilterType;
  view: ListView;
  /** The vista to change; a new one is made without it. */
  vista?: Vista;
  onClose: () => void;
  onSaved: (vista: Vista) => void;
};

/** The name of a saved view, who sees it, and whether it is shown first. */
export function VistaDialog({ type, view, vista, onClose, onSaved }: VistaDialogProps) {
  const client = useQueryClient();
  const { formRef, errors, forgive, report } = useFormErrors();
  const save = useMutation({
    mutationFn: (settings: VistaSettings) => (vista ? changeVista(vista, settings) : createVista(type, view, settings)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["vistas", type] });
      toast({ tone: "success", title: words.saved(saved.name) });
      onSaved(saved);
    },
    onError: report,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    save.mutate({
      name: textOf(data, "name"),
      isPublic: textOf(data, "is_public") === "true",
      isDefault: data.get("is_default") !== null,
    });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={vista ? words.rename : words.saveAs}>
      <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
        {errors.form && <Alert>{errors.form}</Alert>}
        <Field name="name" label={words.name} error={errors.fields.name}>
          {(control) => <Input {...control} defaultValue={vista?.name} autoFocus autoComplete="off" required />}
        </Field>
        <Field name="is_public" label={words.visibility} error={errors.fields.is_public}>
          {(control) => (
            <Select {...control} defaultValue={String(vista?.is_public ?? false)}>
              <option value="false">{words.private}</option>
              <option value="true">{words.public}</option>
            </Select>
          )}
        </Field>
        <CheckField name="is_default" label={words.makeDefault} defaultChecked={vista?.is_default ?? false} />
        <SubmitActions onCancel={onClose} pending={save.isPending}>
          {words.saveNew}
        </SubmitActions>
      </form>
    </Dialog>
  );
}
