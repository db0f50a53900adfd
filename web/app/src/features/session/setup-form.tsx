import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answer, api } from "@/api/client";
import type { SetupRequest } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NewPasswordField } from "@/features/session/new-password-field";
import { startSession } from "@/features/session/session";
import { emailProblem, type FieldErrors, rawTextOf, textOf, useFormErrors } from "@/lib/form";
import { passwordProblem } from "@/lib/password";

type SetupFormProps = {
  /** Whether the server wants the code that it printed when it started. */
  codeRequired: boolean;
  /** Runs signed in as the new admin; the form stays busy until it is done. */
  onDone: () => Promise<void>;
};

/** Creates the organisation and its first admin. */
export function SetupForm({ codeRequired, onDone }: SetupFormProps) {
  const client = useQueryClient();
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const [personal, setPersonal] = useState<string[]>([]);
  const setup = useMutation({
    meta: { isSignIn: true },
    mutationFn: async (request: SetupRequest) => {
      const { dev_user, dev_org } = await answer(api.POST("/setup.create", { body: request }));
      startSession(client, { user: dev_user, org: dev_org });
      await onDone();
    },
    onError: report,
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const request = requestFrom(new FormData(event.currentTarget), codeRequired);
    if (check(problemsOf(request))) return;
    setup.mutate(request);
  };
  const noteNames = () => {
    if (formRef.current) setPersonal(namesIn(new FormData(formRef.current)));
  };

  return (
    <form ref={formRef} onSubmit={submit} onInput={forgive} onBlur={noteNames} noValidate className="grid gap-4">
      {errors.form && <Alert>{errors.form}</Alert>}
      {codeRequired && (
        <Field name="code" label="Setup code" hint="Kith printed it when it started" error={errors.fields.code}>
          {(control) => <Input {...control} autoComplete="off" spellCheck={false} autoFocus required />}
        </Field>
      )}
      <Field name="dev_org_name" label="Organisation" error={errors.fields.dev_org_name}>
        {(control) => (
          <Input
            {...control}
            placeholder="Acme Inc."
            autoComplete="organization"
            autoFocus={!codeRequired}
            maxLength={256}
            required
          />
        )}
      </Field>
      <Field name="display_name" label="Your name" error={errors.fields.display_name}>
        {(control) => <Input {...control} autoComplete="name" maxLength={256} required />}
      </Field>
      <Field name="email" label="E-mail" hint="You sign in with it" error={errors.fields.email}>
        {(control) => <Input {...control} type="email" autoComplete="username" required />}
      </Field>
      <NewPasswordField error={errors.fields.password} personal={personal} />
      <Button type="submit" variant="primary" size="lg" pending={setup.isPending} className="mt-1">
        Create organisation
      </Button>
    </form>
  );
}

function requestFrom(data: FormData, codeRequired: boolean): SetupRequest {
  return {
    dev_org_name: textOf(data, "dev_org_name"),
    display_name: textOf(data, "display_name"),
    email: textOf(data, "email"),
    password: rawTextOf(data, "password"),
    ...(codeRequired ? { code: textOf(data, "code") } : {}),
  };
}

function problemsOf(request: SetupRequest): FieldErrors {
  const problems: FieldErrors = {};
  if (request.code === "") problems.code = "Enter the setup code";
  if (request.dev_org_name === "") problems.dev_org_name = "Name your organisation";
  if (request.display_name === "") problems.display_name = "Enter your name";
  const email = emailProblem(request.email);
  if (email) problems.email = email;
  const password = passwordProblem(request.password);
  if (password) problems.password = password;
  return problems;
}

function namesIn(data: FormData): string[] {
  return ["dev_org_name", "display_name", "email"].map((name) => textOf(data, name)).filter((text) => text !== "");
}
