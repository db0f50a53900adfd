import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { OrgSettings } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { PreviewSheet } from "@/features/identity-rules/preview-sheet";
import { changeOf, draftOf, ofControl, type RulesDraft } from "@/features/identity-rules/rules";
import { keepSettings, updateSettings } from "@/features/org/settings";
import { type FieldErrors, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.identity;

/** The rules of identity. A bar offers to preview and save them once something is changed. */
export function RulesForm({ saved }: { saved: OrgSettings }) {
  const formId = useId();
  const client = useQueryClient();
  const { formRef, errors, clear, forgive, report } = useFormErrors();
  const [draft, setDraft] = useState(() => draftOf(saved));
  const [isPreviewing, setPreviewing] = useState(false);
  const change = changeOf(draft, saved);
  const isChanged = Object.keys(change).length > 0;
  const save = useMutation({
    mutationFn: updateSettings,
    onSuccess: (settings) => {
      keepSettings(client, settings);
      setDraft(draftOf(settings));
      setPreviewing(false);
      toast({ tone: "success", title: words.saved });
    },
  });
  const refused = (error: unknown) => {
    setPreviewing(false);
    report(ofControl(error, change));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    clear();
    if (isChanged) save.mutateAsync(change).catch(refused);
  };
  const discard = () => {
    clear();
    setDraft(draftOf(saved));
  };
  const edit = (changes: Partial<RulesDraft>) => setDraft((before) => ({ ...before, ...changes }));
  return (
    <form
      id={formId}
      ref={formRef}
      onSubmit={submit}
      onInput={forgive}
      noValidate
      className="grid grid-cols-[minmax(0,1fr)] gap-5"
    >
      {errors.form && <Alert>{errors.form}</Alert>}
      <Rules draft={draft} edit={edit} errors={errors.fields} />
      {isChanged && (
        <section
          aria-label={words.changed}
          className="sticky bottom-3 flex flex-wrap items-center gap-2 rounded-xl border border-line-strong bg-raised py-2.5 pr-2.5 pl-4 shadow-pop"
        >
          <p className="min-w-0 flex-1 basis-48 text-ink-2">{words.changed}</p>
          <Button variant="ghost" onClick={discard}>
            {words.discard}
          </Button>
          <Button onClick={() => setPreviewing(true)}>{words.preview}</Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            {words.save}
          </Button>
        </section>
      )}
      {isPreviewing && (
        <PreviewSheet
          change={change}
          onClose={() => setPreviewing(false)}
          onRefused={refused}
          action={
            <Button type="submit" form={formId} variant="primary" pending={save.isPending}>
              {words.save}
            </Button>
          }
        />
      )}
    </form>
  );
}

type RulesProps = { draft: RulesDraft; edit: (changes: Partial<RulesDraft>) => void; errors: FieldErrors };

function Rules(props: RulesProps) {
  const { draft, edit, errors } = props;
  return (
    <>
      <RuleGroup title={words.emails}>
        <CheckField
          name="shared_emails"
          label={words.sharedEmails}
          hint={words.sharedEmailsHint}
          checked={draft.sharedEmails}
          onChange={({ target }) => edit({ sharedEmails: target.checked })}
        />
        <RuleError text={errors.shared_emails} />
        <Field name="blocked_values" label={words.blocked} hint={words.blockedHint} error={errors.blocked_values}>
          {(control) => (
            <Textarea
              {...control}
              rows={4}
              spellCheck={false}
              placeholder={words.blockedPlaceholder}
              className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
              value={draft.blocked}
              onChange={({ target }) => edit({ blocked: target.value })}
            />
          )}
        </Field>
      </RuleGroup>
      <RuleGroup title={words.phones}>
        <CheckField
          name="named_whatsapp"
          label={words.namedWhatsApp}
          hint={words.namedWhatsAppHint}
          checked={draft.namedWhatsApp}
          onChange={({ target }) => edit({ namedWhatsApp: target.checked })}
        />
      </RuleGroup>
      <ContactRules {...props} />
      <RuleGroup title={words.duplicates}>
        <AutoMergeField {...props} />
      </RuleGroup>
    </>
  );
}

function ContactRules({ draft, edit, errors }: RulesProps) {
  return (
    <RuleGroup title={words.contacts}>
      <CheckField
        name="single_association"
        label={words.singleAssociation}
        hint={words.singleAssociationHint}
        checked={draft.singleAssociation}
        onChange={({ target }) => edit({ singleAssociation: target.checked })}
      />
      <CheckField
        name="require_account"
        label={words.requireAccount}
        hint={words.requireAccountHint}
        checked={draft.requireAccount}
        onChange={({ target }) => edit({ requireAccount: target.checked })}
      />
      <Field
        name="max_identifiers"
        label={words.maxIdentifiers}
        hint={words.maxIdentifiersHint}
        error={errors.max_identifiers}
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            className="max-w-28"
            value={draft.maxIdentifiers}
            onChange={({ target }) => edit({ maxIdentifiers: target.value })}
          />
        )}
      </Field>
    </RuleGroup>
  );
}

const never = "0";
const shares = ["0.9", "0.95", "0.98", "0.99", "0.995"];
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });

function AutoMergeField({ draft, edit, errors }: RulesProps) {
  // One that was set over the API is offered too.
  const offered = draft.autoMerge === never || shares.includes(draft.autoMerge) ? shares : [...shares, draft.autoMerge];
  return (
    <Field
      name="auto_merge_precision"
      label={words.autoMerge}
      hint={words.autoMergeHint}
      error={errors.auto_merge_precision}
    >
      {(control) => (
        <Select {...control} value={draft.autoMerge} onChange={({ target }) => edit({ autoMerge: target.value })}>
          <option value={never}>{words.autoMergeNever}</option>
          {offered.map((share) => (
            <option key={share} value={share}>
              {words.autoMergeShare(percent.format(Number(share)))}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function RuleGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-8 gap-y-3 rounded-xl border border-line bg-surface p-5 shadow-panel md:grid-cols-[10rem_minmax(0,1fr)]">
      <h2 className="font-semibold">{title}</h2>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">{children}</div>
    </section>
  );
}

function RuleError({ text }: { text: string | undefined }) {
  return text ? <Alert className="-mt-2">{text}</Alert> : null;
}
