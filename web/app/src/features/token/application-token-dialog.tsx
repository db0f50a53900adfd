import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import type { ServiceAccount } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { CheckField } from "@/components/ui/checkbox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup } from "@/components/ui/radio-group";
import { CreatedToken, ExpiryField } from "@/features/token/create-token-dialog";
import {
  type ApplicationTokenDraft,
  applicationType,
  createApplication,
  createApplicationToken,
  maxTokenName,
  publicType,
  refreshTokens,
} from "@/features/token/token";
import { type FieldErrors, textOf, useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.tokens;

const kinds = [
  { value: applicationType, label: words.private, hint: words.privateHint },
  { value: publicType, label: words.public, hint: words.publicHint },
] as const;

type Draft = ApplicationTokenDraft & { application: string };

type ApplicationTokenDialogProps = {
  /** The application that gets the token; a new one without. */
  account: ServiceAccount | undefined;
  onClose: () => void;
};

/** Asks what the token is for, then shows it once. */
export function ApplicationTokenDialog({ account, onClose }: ApplicationTokenDialogProps) {
  const client = useQueryClient();
  // Kept when the application was created and its token was not, so that trying again creates no second one.
  const made = useRef(account);
  const create = useMutation({
    mutationFn: async (draft: Draft) => {
      made.current ??= await createApplication(draft.application);
      return createApplicationToken(made.current, draft);
    },
    onSettled: () => refreshTokens(client),
    gcTime: 0, // the secret leaves memory with the dialog
  });
  const created = create.data;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={created ? words.dialogCopy : account ? words.addTokenTo(account.display_name) : words.newApplication}
      description={created ? words.dialogCopyText : words.applicationText}
      sticky={created !== undefined}
    >
      {created ? (
        <CreatedToken token={created} onClose={onClose} />
      ) : (
        <ApplicationTokenForm
          isNew={!account}
          pending={create.isPending}
          onCancel={onClose}
          onSubmit={(draft) => create.mutateAsync(draft)}
        />
      )}
    </Dialog>
  );
}

type ApplicationTokenFormProps = {
  isNew: boolean;
  pending: boolean;
  onCancel: () => void;
  onSubmit: (draft: Draft) => Promise<unknown>;
};

function ApplicationTokenForm({ isNew, pending, onCancel, onSubmit }: ApplicationTokenFormProps) {
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const [type, setType] = useState<ApplicationTokenDraft["type"]>(applicationType);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const draft = {
      type,
      application: textOf(data, "display_name"),
      name: textOf(data, "token_hint"),
      days: Number(textOf(data, "expires_in")),
      actsAs: data.has("scope"),
    };
    const problems: FieldErrors = {
      ...(isNew && draft.application === "" && { display_name: words.applicationMissing }),
      ...(draft.name === "" && { token_hint: words.nameMissing }),
    };
    if (!check(problems)) onSubmit(draft).catch(report);
  };
  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {errors.form && <Alert>{errors.form}</Alert>}
      {isNew && (
        <Field name="display_name" label={words.applicationName} error={errors.fields.display_name}>
          {(control) => (
            <Input {...control} autoFocus required autoComplete="off" placeholder={words.applicationPlaceholder} />
          )}
        </Field>
      )}
      <div className="grid gap-1.5">
        <span aria-hidden className="font-medium text-[0.8125rem]">
          {words.kind}
        </span>
        <RadioGroup
          label={words.kind}
          name="requested_token_type"
          choices={kinds}
          value={type}
          onChange={setType}
          className="sm:grid-flow-row"
        />
      </div>
      {type === applicationType && <CheckField name="scope" label={words.actAs} hint={words.actAsHint} />}
      <Field name="token_hint" label={words.hint} error={errors.fields.token_hint}>
        {(control) => (
          <Input
            {...control}
            autoFocus={!isNew}
            required
            autoComplete="off"
            maxLength={maxTokenName}
            placeholder={words.hintPlaceholder}
          />
        )}
      </Field>
      <ExpiryField error={errors.fields.expires_in} />
      <SubmitActions onCancel={onCancel} pending={pending}>
        {isNew ? words.createApplication : words.create}
      </SubmitActions>
    </form>
  );
}
