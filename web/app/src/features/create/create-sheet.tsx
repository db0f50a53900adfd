import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError, answer, api } from "@/api/client";
import { SheetForm } from "@/components/sheet-form";
import { Alert } from "@/components/ui/alert";
import { Field } from "@/components/ui/field";
import { Sheet } from "@/components/ui/sheet";
import { createFields } from "@/features/create/create-fields";
import { HolderLink, holderOf } from "@/features/create/holder-link";
import { Likely } from "@/features/create/likely";
import { emptyPlace, type Place, PlaceFields } from "@/features/create/place-fields";
import { type Draft, emptyDraft, payloadOf } from "@/features/record/draft";
import { type RecordField, useFields } from "@/features/record/field";
import { FieldInput } from "@/features/record/field-input";
import { type Changes, type RecordKind, type RecordType, recordKinds } from "@/features/record/record";
import { isEmpty } from "@/features/record/value";
import { useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.create;

type CreateSheetProps = { type: RecordType; open: boolean; onOpenChange: (open: boolean) => void };

/** The form that makes a record, beside the list. */
export function CreateSheet({ type, open, onOpenChange }: CreateSheetProps) {
  const kind = recordKinds[type];
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title={words.title(kind.words.one)}>
      {open && <CreateForm kind={kind} onDone={() => onOpenChange(false)} />}
    </Sheet>
  );
}

function CreateForm({ kind, onDone }: { kind: RecordKind; onDone: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const fields = createFields(kind.type, useFields(kind.type));
  const { formRef, errors, forgive, report } = useFormErrors();
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [place, setPlace] = useState<Place>(emptyPlace);
  const draftOf = (name: string) => drafts[name] ?? emptyDraft;
  const create = useMutation({
    mutationFn: async () => {
      const settled = await settlePlace(kind.type, place);
      // A second try after an error must not make the account again.
      setPlace(settled);
      return kind.create({ ...bodyOf(fields, draftOf), ...placeOf(kind.type, settled) });
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["records"] });
      toast({
        tone: "success",
        title: words.made(made.display_name ?? made.display_id),
        action: {
          label: strings.records.open,
          run: () => void navigate({ to: `${kind.path}/$id`, params: { id: made.display_id } }),
        },
      });
      onDone();
    },
    onError: report,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const refs = [...lines(draftOf("external_ref")), ...lines(draftOf("external_refs"))];
  const observed = {
    name: draftOf("display_name").text.trim(),
    email: draftOf("email").text.trim(),
    phones: lines(draftOf("phone_numbers")),
    refs,
  };
  const holder = create.error instanceof ApiError ? holderOf(create.error) : undefined;
  const input = (field: RecordField) => (
    <Field
      key={field.name}
      name={nameInForm(field)}
      label={field.required ? words.required(field.label) : field.label}
      hint={hintOf(field)}
      error={errors.fields[nameInForm(field)]}
    >
      {(control) => (
        <FieldInput
          field={field}
          draft={draftOf(field.name)}
          onChange={(draft) => setDrafts((all) => ({ ...all, [field.name]: draft }))}
          control={control}
          autoFocus={field.name === "display_name"}
        />
      )}
    </Field>
  );
  const isPlaced = kind.type !== "account";
  const identity = fields.filter(({ name }) => identifying.includes(name));
  const others = fields.filter(({ name }) => !identifying.includes(name));
  return (
    <SheetForm
      formRef={formRef}
      onSubmit={submit}
      onInput={forgive}
      onCancel={onDone}
      submit={{ label: words.submit(kind.words.one), pending: create.isPending }}
    >
      {errors.form && (
        <Alert>
          {errors.form} {holder && <HolderLink holder={holder} />}
        </Alert>
      )}
      {identity.map(input)}
      {!errors.form && holder && (
        <Alert>
          <HolderLink holder={holder} />
        </Alert>
      )}
      <Likely type={kind.type} observed={observed} />
      {isPlaced && (
        <PlaceFields
          type={kind.type}
          place={place}
          onChange={setPlace}
          error={errors.fields.account ?? errors.fields.rev_org}
        />
      )}
      {others.map(input)}
    </SheetForm>
  );
}

const identifying = ["display_name", "email", "phone_numbers", "external_ref", "external_refs", "domains"];

/** The server names what is wrong by its own names. */
function nameInForm(field: RecordField): string {
  if (field.custom) return `custom_fields.${field.name}`;
  return field.name === "external_ref" ? "external_refs" : field.name;
}

function hintOf(field: RecordField): string | undefined {
  if (field.name.startsWith("external_ref")) return words.refHint;
  if (field.name === "domains") return words.domainHint;
  return field.description;
}

function lines(draft: Draft): string[] {
  return draft.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What is sent: nothing for what was left empty. */
function bodyOf(fields: RecordField[], draftOf: (name: string) => Draft): Changes {
  const body: Changes = {};
  const custom: Record<string, unknown> = {};
  for (const field of fields) {
    const value = payloadOf(field, draftOf(field.name));
    if (isEmpty(value)) continue;
    if (field.custom) custom[field.name] = value;
    else if (field.name === "external_ref" && field.many) body.external_refs = value;
    else body[field.name] = value;
  }
  if (fields.some((field) => field.custom)) {
    body.custom_fields = custom;
    body.custom_schema_spec = { tenant_fragment: true, validate_required_fields: true };
  }
  return body;
}

/** Creates the account that was typed in, if one was. */
async function settlePlace(type: RecordType, place: Place): Promise<Place> {
  if (!place.newAccount || type === "account") return place;
  const { name, domain, tier } = place.newAccount;
  const body = { display_name: name, ...(domain ? { domains: [domain] } : {}), ...(tier ? { tier } : {}) };
  const { account } = await answer(api.POST("/accounts.create", { body }));
  return { ...place, newAccount: undefined, account: { value: account.display_id, label: account.display_name } };
}

function placeOf(type: RecordType, { account, workspace }: Place): Changes {
  if (type === "rev_user" && workspace) return { rev_org: workspace.value };
  return account && type !== "account" ? { account: account.value } : {};
}
