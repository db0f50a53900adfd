import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { answer, api } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { NewPasswordField } from "@/features/session/new-password-field";
import { rawTextOf, useFormErrors } from "@/lib/form";
import { passwordProblem } from "@/lib/password";

type ResetFormProps = { token: string; onDone: () => void };

/** Sets a new password with the one-time token of a reset link. */
export function ResetForm({ token, onDone }: ResetFormProps) {
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const redeem = useMutation({
    meta: { isSignIn: true },
    mutationFn: (password: string) => answer(api.POST("/password-resets.redeem", { body: { token, password } })),
    onSuccess: onDone,
    onError: report,
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = rawTextOf(new FormData(event.currentTarget), "password");
    const problem = passwordProblem(password);
    if (check(problem ? { password: problem } : {})) return;
    redeem.mutate(password);
  };

  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
      {errors.form && (
        <Alert>
          {errors.form}
          <p className="mt-1 text-ink-2">A link works once and not for long. Ask an admin for a new one.</p>
        </Alert>
      )}
      <NewPasswordField error={errors.fields.password} autoFocus />
      <Button type="submit" variant="primary" size="lg" pending={redeem.isPending} className="mt-1">
        Set the password
      </Button>
    </form>
  );
}
