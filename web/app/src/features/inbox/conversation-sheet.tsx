import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { SheetForm } from "@/components/sheet-form";
import { Alert } from "@/components/ui/alert";
import type { Option } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Sheet } from "@/components/ui/sheet";
import { Textarea } from "@/components/ui/textarea";
import { Choose } from "@/features/inbox/choose";
import { refreshItems } from "@/features/inbox/items";
import { loadRecords } from "@/features/record/options";
import { useSession } from "@/features/session/use-session";
import { textOf, useFormErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.inbox;

type ConversationSheetProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** With whom. */
  contact?: Option | undefined;
};

/** The form that begins a conversation with a contact, by its first message. */
export function ConversationSheet({ open, onOpenChange, contact }: ConversationSheetProps) {
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title={words.newConversation}>
      {open && <ConversationForm contact={contact} onDone={() => onOpenChange(false)} />}
    </Sheet>
  );
}

function ConversationForm({ contact, onDone }: { contact: Option | undefined; onDone: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const own = useSession()?.user.display_id;
  const { formRef, errors, forgive, report, check } = useFormErrors();
  const [contacts, setContacts] = useState<Option[]>(contact ? [contact] : []);
  const create = useMutation({
    mutationFn: async (form: FormData) => {
      const title = textOf(form, "title");
      const body = {
        type: "support" as const,
        members: contacts.map(({ value }) => value),
        messages: [{ body: textOf(form, "message") }],
        owned_by: own ? [own] : [],
        // The team has spoken: it is the customer's turn.
        stage: { name: "waiting_on_user" },
        ...(title && { title }),
      };
      return (await answer(api.POST("/conversations.create", { body }))).conversation;
    },
    onSuccess: async ({ display_id }) => {
      onDone();
      void refreshItems(client);
      await navigate({ to: "/conversations/$id", params: { id: display_id } });
    },
    onError: report,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (check(textOf(form, "message") ? {} : { message: words.messageMissing })) return;
    create.mutate(form);
  };
  return (
    <SheetForm
      formRef={formRef}
      onSubmit={submit}
      onInput={forgive}
      onCancel={onDone}
      submit={{ label: words.startConversation, pending: create.isPending, disabled: contacts.length === 0 }}
    >
      {errors.form && <Alert>{errors.form}</Alert>}
      <Choose
        label={words.customer}
        find={strings.records.find.contact}
        source="contact"
        load={loadContacts}
        chosen={contacts}
        onChange={setContacts}
      />
      <Field name="message" label={words.firstMessage} hint={words.markdownHint} error={errors.fields.message}>
        {(control) => <Textarea {...control} autoFocus={contact !== undefined} rows={7} />}
      </Field>
      <Field name="title" label={words.titleOptional} error={errors.fields.title}>
        {(control) => <Input {...control} autoComplete="off" maxLength={256} />}
      </Field>
    </SheetForm>
  );
}

const loadContacts = loadRecords("rev_user");
