import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { SecretBox } from "@/components/secret-box";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import {
  createToken,
  defaultExpiry,
  expiryChoices,
  maxTokenName,
  type NewToken,
  refreshTokens,
} from "@/features/token/token";
import { textOf, useFormErrors } from "@/lib/form";
import { formatDate } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.tokens;

type CreateTokenDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

/** Asks for name and expiry, then shows the new token once. */
export function CreateTokenDialog({ open, onOpenChange }: CreateTokenDialogProps) {
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: ({ name, days }: { name: string; days: number }) => createToken(name, days),
    onSuccess: () => refreshTokens(client),
    gcTime: 0, // the secret leaves memory with the dialog
  });
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) create.reset();
  };
  const created = create.data;
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={created ? words.dialogCopy : words.dialogNew}
      description={created ? words.dialogCopyText : words.dialogNewText}
      sticky={created !== undefined}
    >
      {created ? (
        <CreatedToken token={created} onClose={() => close(false)} />
      ) : (
        <TokenForm
          pending={create.isPending}
          onCancel={() => close(false)}
          onSubmit={(name, days) => create.mutateAsync({ name, days })}
        />
      )}
    </Dialog>
  );
}

/** The secret, once. */
export function CreatedToken({ token, onClose }: { token: NewToken; onClose: () => void }) {
  return (
    <>
      <SecretBox value={token.secret} label={words.worksUntil(formatDate(token.expiresAt))} />
      <DialogActions>
        <Button variant="primary" onClick={onClose}>
          {words.saved}
        </Button>
      </DialogActions>
    </>
  );
}

type TokenFormProps = {
  pending: boolean;
  onCancel: () => void;
  onSubmit: (name: string, days: number) => Promise<unknown>;
};

function TokenForm({ pending, onCancel, onSubmit }: TokenFormProps) {
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const name = textOf(data, "token_hint");
    if (check(name === "" ? { token_hint: words.nameMissing } : {})) return;
    onSubmit(name, Number(textOf(data, "expires_in"))).catch(report);
  };
  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
      {errors.form && <Alert>{errors.form}</Alert>}
      <Field name="token_hint" label={words.name} error={errors.fields.token_hint}>
        {(control) => (
          <Input
            {...control}
            placeholder={words.namePlaceholder}
            maxLength={maxTokenName}
            autoComplete="off"
            autoFocus
            required
          />
        )}
      </Field>
      <ExpiryField error={errors.fields.expires_in} />
      <SubmitActions onCancel={onCancel} pending={pending}>
        {words.create}
      </SubmitActions>
    </form>
  );
}

/** How long a token works. */
export function ExpiryField({ error }: { error: string | undefined }) {
  return (
    <Field name="expires_in" label={words.expires} error={error}>
      {(control) => (
        <Select {...control} defaultValue={defaultExpiry}>
          {expiryChoices.map((days) => (
            <option key={days} value={days}>
              {words.days(days)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
