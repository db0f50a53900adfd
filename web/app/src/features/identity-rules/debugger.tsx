import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, answer, api } from "@/api/client";
import type { ResolveRequest } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup } from "@/components/ui/radio-group";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { ResolutionView } from "@/features/identity-rules/resolution";
import { type FieldErrors, textOf, useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.identity;

const sources = (["observation", "token"] as const).map((value) => ({
  value,
  label: words.sources[value],
  hint: words.sourceHints[value],
}));
type Source = (typeof sources)[number]["value"];

/** Tries what would become of an observation, or what a token proves. */
export function Debugger() {
  const [source, setSource] = useState<Source>("observation");
  const { formRef, errors, clear, forgive, report } = useFormErrors();
  const attempt = useMutation({
    mutationFn: (body: ResolveRequest) => answer(api.POST("/identities.resolve", { body })),
    gcTime: 0, // a token leaves memory with the page
  });
  const result = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt.data) result.current?.scrollIntoView?.({ block: "nearest", behavior: "smooth" });
  }, [attempt.data]);
  const choose = (next: Source) => {
    setSource(next);
    clear();
    attempt.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    clear();
    const data = new FormData(event.currentTarget);
    const request = source === "token" ? { token: textOf(data, "token") } : { observation: observationIn(data) };
    attempt.mutateAsync(request).catch((error) => report(ofControl(error)));
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <form
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-xl border border-line bg-surface p-5 shadow-panel"
      >
        <p className="text-ink-2">{words.debuggerText}</p>
        {errors.form && <Alert>{errors.form}</Alert>}
        <RadioGroup label={words.source} name="source" choices={sources} value={source} onChange={choose} />
        {source === "token" ? (
          <Field name="token" label={words.token} hint={words.tokenHint} error={errors.fields.token}>
            {(control) => (
              <Textarea
                {...control}
                rows={4}
                spellCheck={false}
                autoComplete="off"
                className="break-all font-mono text-[0.8125rem] sm:text-[0.8125rem]"
              />
            )}
          </Field>
        ) : (
          <ObservationFields errors={errors.fields} />
        )}
        <Button type="submit" variant="primary" pending={attempt.isPending} className="justify-self-start">
          {words.run}
        </Button>
      </form>
      <div ref={result} aria-live="polite" className="scroll-my-6">
        {attempt.data && <ResolutionView resolution={attempt.data} />}
      </div>
    </div>
  );
}

function ObservationFields({ errors }: { errors: FieldErrors }) {
  const texts = [
    ["display_name", words.name],
    ["emails", words.email],
    ["phone_numbers", words.phone],
    ["external_refs", words.ref],
  ] as const;
  return (
    <>
      <Field name="channel" label={words.channel} hint={words.channelHint} error={errors.channel}>
        {(control) => (
          <Select {...control}>
            {Object.entries(words.channels).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-2">
        {texts.map(([name, label]) => (
          <Field key={name} name={name} label={label} error={errors[name]}>
            {(control) => <Input {...control} autoComplete="off" spellCheck={false} />}
          </Field>
        ))}
      </div>
    </>
  );
}

function observationIn(data: FormData): NonNullable<ResolveRequest["observation"]> {
  const list = (name: string) => {
    const text = textOf(data, name);
    return text === "" ? [] : [text];
  };
  return {
    channel: textOf(data, "channel") as keyof typeof words.channels,
    display_name: textOf(data, "display_name"),
    emails: list("emails"),
    phone_numbers: list("phone_numbers"),
    external_refs: list("external_refs"),
  };
}

/** "observation.emails[0]" is the control "emails" here. */
function ofControl(error: unknown): unknown {
  const control =
    error instanceof ApiError ? error.field?.replace(/^observation\./, "").replace(/\[\d+\]$/, "") : undefined;
  if (!(error instanceof ApiError) || !error.field || control === undefined) return error;
  const message = error.message.replace(`${error.field}: `, "");
  return new ApiError(error.status, error.type, message, control, error.body);
}
