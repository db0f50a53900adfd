import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ApiError, answer, api } from "@/api/client";
import type { DevOrg, SignInRequest } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { OrgChooser } from "@/features/session/org-chooser";
import { startSession } from "@/features/session/session";
import { emailProblem, type FieldErrors, rawTextOf, textOf, useFormErrors } from "@/lib/form";

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const client = useQueryClient();
  const { formRef, errors, check, forgive, clear, report } = useFormErrors();
  const [orgs, setOrgs] = useState<DevOrg[]>([]);
  const credentials = useRef<SignInRequest>({ email: "", password: "" });

  const signIn = useMutation({
    meta: { isSignIn: true },
    mutationFn: (request: SignInRequest) => answer(api.POST("/sessions.create", { body: request })),
    onSuccess: ({ dev_user, dev_org }) => {
      startSession(client, { user: dev_user, org: dev_org });
      onSignedIn();
    },
    onError: (error) => {
      const choices = orgsOf(error);
      if (choices.length > 0) setOrgs(choices);
      else report(error);
    },
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const request = { email: textOf(data, "email"), password: rawTextOf(data, "password") };
    if (check(problemsOf(request))) return;
    credentials.current = request;
    signIn.mutate(request);
  };

  if (orgs.length > 0) {
    return (
      <OrgChooser
        orgs={orgs}
        chosen={signIn.isPending ? signIn.variables.dev_org : undefined}
        error={errors.form}
        onChoose={(org) => signIn.mutate({ ...credentials.current, dev_org: org.id })}
        onBack={() => {
          clear();
          setOrgs([]);
        }}
      />
    );
  }
  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="grid gap-4">
      {errors.form && <Alert>{errors.form}</Alert>}
      <Field name="email" label="E-mail" error={errors.fields.email}>
        {(control) => (
          <Input
            {...control}
            type="email"
            autoComplete="username"
            autoFocus
            defaultValue={credentials.current.email}
            required
          />
        )}
      </Field>
      <Field name="password" label="Password" error={errors.fields.password}>
        {(control) => <PasswordInput {...control} autoComplete="current-password" required />}
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={signIn.isPending} className="mt-1">
        Sign in
      </Button>
    </form>
  );
}

function problemsOf({ email, password }: SignInRequest): FieldErrors {
  const problems: FieldErrors = {};
  const problem = emailProblem(email);
  if (problem) problems.email = problem;
  if (password === "") problems.password = "Enter your password";
  return problems;
}

/** The organisations to choose from, when the e-mail belongs to several. */
function orgsOf(error: unknown): DevOrg[] {
  if (!(error instanceof ApiError) || error.status !== 409) return [];
  const orgs = error.body.dev_orgs;
  return Array.isArray(orgs) ? (orgs as DevOrg[]) : [];
}
