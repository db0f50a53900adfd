import { useState } from "react";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { cn } from "@/lib/cn";
import { minPasswordLength, passwordStrength, type Strength } from "@/lib/password";

type NewPasswordFieldProps = {
  error: string | undefined;
  /** Words that make a password weak, such as the user's own name. */
  personal?: string[];
  autoFocus?: boolean;
};

/** Where a new password is chosen, with a hint of its strength. The form finds it as "password". */
export function NewPasswordField({ error, personal = [], autoFocus = false }: NewPasswordFieldProps) {
  const [password, setPassword] = useState("");
  const strength = passwordStrength(password, personal);
  return (
    <Field
      name="password"
      label="Password"
      error={error}
      hint={password === "" ? `At least ${minPasswordLength} characters` : <StrengthHint strength={strength} />}
    >
      {(control) => (
        <PasswordInput
          {...control}
          autoComplete="new-password"
          autoFocus={autoFocus}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
      )}
    </Field>
  );
}

const tones = ["bg-danger", "bg-danger", "bg-warn", "bg-brand"];

function StrengthHint({ strength }: { strength: Strength }) {
  return (
    <div className="grid gap-1.5">
      <div aria-hidden className="grid grid-cols-3 gap-1">
        {[1, 2, 3].map((step) => (
          <span
            key={step}
            className={cn("h-1 rounded-full", step <= strength.score ? tones[strength.score] : "bg-line-strong/70")}
          />
        ))}
      </div>
      <p>
        <span className="font-medium text-ink-2">{strength.label}.</span> {strength.hint}
      </p>
    </div>
  );
}
