import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError, fieldMessageOf } from "@/api/client";
import type { Widget, WidgetRequest } from "@/api/types";
import { SettingsPage } from "@/components/settings-page";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { originsOf, originsProblem, refreshWidgets, saveWidget } from "@/features/widget/widget";
import { WidgetPreview } from "@/features/widget/widget-preview";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";
import { hexColor } from "../../../../widget/src/color";

const words = strings.widgets;

type Appearance = Widget["appearance"];

const usual: Appearance = {
  accent_color: "#007469",
  theme: "light",
  alignment: "right",
  spacing: { bottom: "20px", side: "20px" },
  greeting: "Hi there",
  welcome_text: "Ask us anything. We usually answer soon.",
  launcher: true,
};

/** The form of a widget, the one that is given or a new one, with what it looks like. */
export function WidgetForm({ widget, onClose }: { widget: Widget | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [look, setLook] = useState(widget?.appearance ?? usual);
  const [isForAll, setForAll] = useState(widget?.allowed_origins.includes("*") ?? false);
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const save = useMutation({
    mutationFn: (request: WidgetRequest) => saveWidget(widget, request),
    onSuccess: async (_, { name }) => {
      await refreshWidgets(client);
      toast({ tone: "success", title: widget ? words.saved(name) : words.created(name) });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const request = requestOf(data);
    const origins = originsProblem(request.allowed_origins ?? []);
    const color = hexColor(textOf(data, "appearance.accent_color")) === undefined;
    const problems = {
      ...(request.name === "" && { name: words.nameMissing }),
      ...(origins && { allowed_origins: origins }),
      ...(color && { "appearance.accent_color": words.colorWrong }),
    };
    if (check(problems)) return;
    save.mutateAsync(request).catch((error) => report(ofControl(error)));
  };
  const changed = (event: FormEvent<HTMLFormElement>) => {
    forgive(event);
    const data = new FormData(event.currentTarget);
    setLook(lookOf(data));
    setForAll(originsOf(textOf(data, "allowed_origins")).includes("*"));
  };
  return (
    <SettingsPage
      title={widget ? words.editTitle(widget.name) : words.newTitle}
      text={words.text}
      action={<Button onClick={onClose}>{words.back}</Button>}
    >
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <form
          ref={formRef}
          onSubmit={submit}
          onInput={changed}
          noValidate
          className="grid grid-cols-[minmax(0,1fr)] gap-5"
        >
          {errors.form && <Alert>{errors.form}</Alert>}
          <Field name="name" label={words.name} error={errors.fields.name}>
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                autoComplete="off"
                maxLength={256}
                placeholder={words.namePlaceholder}
                defaultValue={widget?.name}
              />
            )}
          </Field>
          <Field
            name="allowed_origins"
            label={words.origins}
            hint={words.originsHint}
            error={errors.fields.allowed_origins}
          >
            {(control) => (
              <Textarea
                {...control}
                rows={3}
                spellCheck={false}
                placeholder="https://www.example.com"
                defaultValue={widget?.allowed_origins.join("\n")}
              />
            )}
          </Field>
          {isForAll && <Alert tone="warn">{words.originsEvery}</Alert>}
          <Fields title={words.visitors}>
            <CheckField
              name="allow_anonymous"
              label={words.anonymous}
              hint={words.anonymousHint}
              defaultChecked={widget?.allow_anonymous ?? true}
            />
            <CheckField
              name="allow_claimed_identity"
              label={words.claimed}
              hint={words.claimedHint}
              defaultChecked={widget?.allow_claimed_identity ?? true}
            />
          </Fields>
          <LookFields look={widget?.appearance ?? usual} errors={errors.fields} />
          <SubmitActions onCancel={onClose} pending={save.isPending}>
            {words.save}
          </SubmitActions>
        </form>
        <WidgetPreview look={look} />
      </div>
    </SettingsPage>
  );
}

function Fields({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <legend className="mb-3 font-semibold text-[0.9375rem]">{title}</legend>
      {children}
    </fieldset>
  );
}

function LookFields({ look, errors }: { look: Appearance; errors: Record<string, string> }) {
  const text = (name: string, label: string, value: string | undefined, hint?: string) => (
    <Field name={`appearance.${name}`} label={label} hint={hint} error={errors[`appearance.${name}`]}>
      {(control) => <Input {...control} autoComplete="off" defaultValue={value} />}
    </Field>
  );
  const choice = (name: string, label: string, value: string, choices: Record<string, string>) => (
    <Field name={`appearance.${name}`} label={label} error={errors[`appearance.${name}`]}>
      {(control) => (
        <Select {...control} defaultValue={value}>
          {Object.entries(choices).map(([each, title]) => (
            <option key={each} value={each}>
              {title}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
  return (
    <Fields title={words.looks}>
      {text("greeting", words.greeting, look.greeting)}
      <Field name="appearance.welcome_text" label={words.welcome} error={errors["appearance.welcome_text"]}>
        {(control) => <Textarea {...control} rows={2} maxLength={500} defaultValue={look.welcome_text} />}
      </Field>
      {text("team_name", words.team, look.team_name, words.teamHint)}
      <div className="grid gap-4 sm:grid-cols-3">
        <Field name="appearance.accent_color" label={words.color} error={errors["appearance.accent_color"]}>
          {(control) => <Input {...control} type="color" className="px-1.5 py-1" defaultValue={look.accent_color} />}
        </Field>
        {choice("theme", words.theme, look.theme, words.themes)}
        {choice("alignment", words.alignment, look.alignment, words.alignments)}
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        {text("spacing.bottom", words.bottom, look.spacing.bottom)}
        {text("spacing.side", words.side, look.spacing.side)}
      </div>
      <CheckField
        name="appearance.launcher"
        label={words.launcher}
        hint={words.launcherHint}
        defaultChecked={look.launcher}
      />
    </Fields>
  );
}

function requestOf(data: FormData): WidgetRequest {
  return {
    name: textOf(data, "name"),
    allowed_origins: originsOf(textOf(data, "allowed_origins")),
    allow_anonymous: data.has("allow_anonymous"),
    allow_claimed_identity: data.has("allow_claimed_identity"),
    appearance: lookOf(data),
  };
}

function lookOf(data: FormData): Appearance {
  const of = (name: string) => textOf(data, `appearance.${name}`);
  return {
    accent_color: of("accent_color"),
    theme: of("theme") as Appearance["theme"],
    alignment: of("alignment") as Appearance["alignment"],
    spacing: { bottom: of("spacing.bottom"), side: of("spacing.side") },
    team_name: of("team_name"),
    greeting: of("greeting"),
    welcome_text: of("welcome_text"),
    launcher: data.has("appearance.launcher"),
  };
}

/** A refusal of one origin stands at the control that holds all of them. */
function ofControl(error: unknown): unknown {
  if (!(error instanceof ApiError) || !error.field?.startsWith("allowed_origins")) return error;
  return new ApiError(error.status, error.type, fieldMessageOf(error), "allowed_origins", error.body);
}
