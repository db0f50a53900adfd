import { Plus } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { messageOf } from "@/api/client";
import type { Fragment } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { nameFrom } from "@/features/schema/field-draft";
import type { Scope } from "@/features/schema/schema";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.customization;

type ScopePickerProps = { scope: Scope; fragments: Fragment[]; onChange: (scope: Scope) => void };

/** Chooses between the fields of all records and those of one subtype. */
export function ScopePicker({ scope, fragments, onChange }: ScopePickerProps) {
  const [isNew, setNew] = useState(false);
  const { object } = scope;
  const subtypes = fragments.filter((fragment) => fragment.type === "custom_type_fragment");
  return (
    <fieldset aria-label={words.sets} className="flex flex-wrap items-center gap-1.5">
      <ScopeButton isChosen={scope.subtype === undefined} onClick={() => onChange({ object })}>
        {words.allOf[object]}
      </ScopeButton>
      {subtypes.map(({ id, subtype, subtype_display_name, is_deprecated }) => (
        <ScopeButton key={id} isChosen={scope.subtype === subtype} onClick={() => onChange({ object, subtype })}>
          {subtype_display_name || subtype}
          {is_deprecated && <Badge>{words.retired}</Badge>}
        </ScopeButton>
      ))}
      <Button variant="ghost" size="sm" onClick={() => setNew(true)}>
        <Plus aria-hidden />
        {words.newSubtype}
      </Button>
      {isNew && (
        <SubtypeDialog
          object={object}
          taken={subtypes.map(({ subtype = "" }) => subtype)}
          onClose={() => setNew(false)}
          onCreated={(subtype) => onChange({ object, subtype })}
        />
      )}
    </fieldset>
  );
}

type ScopeButtonProps = { isChosen: boolean; onClick: () => void; children: ReactNode };

function ScopeButton({ isChosen, onClick, children }: ScopeButtonProps) {
  return (
    <Button
      size="sm"
      aria-pressed={isChosen}
      onClick={onClick}
      className="rounded-full aria-pressed:border-brand aria-pressed:bg-brand-soft aria-pressed:text-brand"
    >
      {children}
    </Button>
  );
}

type SubtypeDialogProps = {
  object: Scope["object"];
  /** The names of subtypes that are there: creating one must not change another. */
  taken: string[];
  onClose: () => void;
  onCreated: (subtype: string) => void;
};

function SubtypeDialog({ object, taken, onClose, onCreated }: SubtypeDialogProps) {
  const [label, setLabel] = useState("");
  // Until somebody writes one, the name follows the label.
  const [ownName, setOwnName] = useState("");
  const name = ownName || nameFrom(label);
  const change = useFragmentChange({ object, subtype: name });
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (check(taken.includes(name) ? { subtype: words.subtypeTaken(name) } : {})) return;
    const done = () => {
      onClose();
      onCreated(name);
    };
    change.mutateAsync((state) => ({ ...state, subtype_display_name: label.trim() })).then(done, report);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.newSubtype}
      description={words.newSubtypeText(words.plurals[object])}
    >
      <form
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <Field name="subtype_display_name" label={words.subtypeLabel} error={errors.fields.subtype_display_name}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              autoComplete="off"
              value={label}
              onChange={({ target }) => setLabel(target.value)}
            />
          )}
        </Field>
        <Field name="subtype" label={words.subtypeName} hint={words.subtypeNameHint} error={errors.fields.subtype}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              spellCheck={false}
              className="font-mono text-[0.8125rem] sm:text-[0.8125rem]"
              value={name}
              onChange={({ target }) => setOwnName(target.value)}
            />
          )}
        </Field>
        <SubmitActions onCancel={onClose} pending={change.isPending}>
          {words.createSubtype}
        </SubmitActions>
      </form>
    </Dialog>
  );
}

/** Takes a subtype out of use, or back into it. */
export function SubtypeState({ scope, fragment }: { scope: Scope; fragment: Fragment }) {
  const [isAsking, setAsking] = useState(false);
  const change = useFragmentChange(scope);
  const set = (isRetired: boolean) =>
    change.mutate((state) => ({ ...state, is_deprecated: isRetired }), { onSuccess: () => setAsking(false) });
  if (fragment.is_deprecated) {
    return (
      <Button size="sm" pending={change.isPending} onClick={() => set(false)}>
        {words.reopenSubtype}
      </Button>
    );
  }
  return (
    <>
      <Button size="sm" onClick={() => setAsking(true)}>
        {words.retireSubtype}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={words.retireTitle(fragment.subtype_display_name || fragment.subtype || "")}
        description={words.retireText}
        action={words.retireSubtype}
        pending={change.isPending}
        error={change.error ? messageOf(change.error) : undefined}
        onConfirm={() => set(true)}
      />
    </>
  );
}
