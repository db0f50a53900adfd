import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, fieldMessageOf } from "@/api/client";
import type { Tag } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { ColorField } from "@/features/tag/color-field";
import { refreshTags, saveTag, type TagDraft } from "@/features/tag/tag";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.tags;
const maxName = 64;

/** The form of a tag: the one that is given, or a new one. */
export function TagDialog({ tag, onClose }: { tag: Tag | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [color, setColor] = useState(tag?.style_new?.color ?? "");
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const save = useMutation({
    mutationFn: (draft: TagDraft) => saveTag(tag, draft),
    onSuccess: async (_, { name }) => {
      await refreshTags(client);
      toast({ tone: "success", title: tag ? words.saved(name) : words.created(name) });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const draft = { ...draftOf(new FormData(event.currentTarget)), color };
    if (check(draft.name === "" ? { name: words.nameMissing } : {})) return;
    save.mutateAsync(draft).catch((error) => report(ofControl(error)));
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={tag ? words.dialogEdit : words.dialogNew}>
      <form
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <Field name="name" label={words.name} error={errors.fields.name}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              autoComplete="off"
              maxLength={maxName}
              placeholder={words.namePlaceholder}
              defaultValue={tag?.name}
            />
          )}
        </Field>
        <ColorField value={color} onChange={setColor} error={errors.fields["style_new.color"]} />
        <Field
          name="description"
          label={words.description}
          hint={words.descriptionHint}
          error={errors.fields.description}
        >
          {(control) => <Input {...control} autoComplete="off" defaultValue={tag?.description} />}
        </Field>
        <Field name="allowed_values" label={words.values} hint={words.valuesHint} error={errors.fields.allowed_values}>
          {(control) => <Textarea {...control} rows={3} defaultValue={tag?.allowed_values?.join("\n")} />}
        </Field>
        <SubmitActions onCancel={onClose} pending={save.isPending}>
          {tag ? words.save : words.create}
        </SubmitActions>
      </form>
    </Dialog>
  );
}

function draftOf(data: FormData): Omit<TagDraft, "color"> {
  const values = textOf(data, "allowed_values").split("\n");
  return {
    name: textOf(data, "name"),
    description: textOf(data, "description"),
    allowed_values: values.map((value) => value.trim()).filter((value) => value !== ""),
  };
}

/** A refusal of one allowed value stands at the control that holds all of them. */
function ofControl(error: unknown): unknown {
  if (!(error instanceof ApiError) || !error.field?.startsWith("allowed_values")) return error;
  return new ApiError(error.status, error.type, fieldMessageOf(error), "allowed_values", error.body);
}
