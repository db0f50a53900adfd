import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { answer, api } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { type Session, startSession } from "@/features/session/session";
import { setSessionLost, useSessionLost } from "@/features/session/session-lost";
import { rawTextOf, useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.session;

/** Over the page when the session has ended meanwhile: what was typed beneath stays. */
export function SignInAgain({ session }: { session: Session }) {
  const client = useQueryClient();
  const router = useRouter();
  const { formRef, errors, forgive, report } = useFormErrors();
  const open = useSessionLost();
  const signIn = useMutation({
    meta: { isSignIn: true },
    mutationFn: (password: string) =>
      answer(api.POST("/sessions.create", { body: { email: session.user.email, password, dev_org: session.org.id } })),
    onSuccess: () => {
      setSessionLost(false);
      void client.invalidateQueries();
    },
    onError: report,
  });
  const leave = () => {
    setSessionLost(false);
    startSession(client, null);
    void router.invalidate();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate(rawTextOf(new FormData(event.currentTarget), "password"));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(stays) => !stays && leave()}
      title={words.again}
      description={words.againText}
      sticky
    >
      <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
        {errors.form && <Alert>{errors.form}</Alert>}
        <input type="hidden" name="email" autoComplete="username" value={session.user.email} />
        <Field name="password" label={words.passwordOf(session.user.email)} error={errors.fields.password}>
          {(control) => <PasswordInput {...control} autoComplete="current-password" autoFocus required />}
        </Field>
        <DialogActions>
          <Button onClick={leave}>{words.leave}</Button>
          <Button type="submit" variant="primary" pending={signIn.isPending}>
            {words.signIn}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
