import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError, answer, api, fieldMessageOf } from "@/api/client";
import { SheetForm } from "@/components/sheet-form";
import { Alert } from "@/components/ui/alert";
import type { Option } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Sheet } from "@/components/ui/sheet";
import { Textarea } from "@/components/ui/textarea";
import { Choose } from "@/features/inbox/choose";
import { customersOf, type Item, type Severity, titleOf, type Work } from "@/features/inbox/item";
import { severities } from "@/features/inbox/item-fields";
import { failed, refreshItems } from "@/features/inbox/items";
import { createPart, loadParts } from "@/features/inbox/parts";
import { nameOf } from "@/features/merge/merge";
import { loadMembers, loadRecords } from "@/features/record/options";
import { useSession } from "@/features/session/use-session";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.inbox;

type TicketSheetProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What the ticket is made from. */
  conversation?: Item | undefined;
  /** Who reported it, where no conversation tells. */
  reporter?: Option | undefined;
  account?: Option | undefined;
};

/** The form that makes a ticket, by hand or from a conversation. */
export function TicketSheet({ open, onOpenChange, ...preset }: TicketSheetProps) {
  return (
    <Sheet
      open={open}
      onOpenChange={onOpenChange}
      title={words.newTicket}
      description={preset.conversation && words.fromConversationText(preset.conversation.display_id)}
    >
      {open && <TicketForm {...preset} onDone={() => onOpenChange(false)} />}
    </Sheet>
  );
}

type TicketFormProps = Omit<TicketSheetProps, "open" | "onOpenChange"> & { onDone: () => void };

function TicketForm({ conversation, reporter, account: customer, onDone }: TicketFormProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const own = useSession()?.user;
  const { formRef, errors, forgive, report, check } = useFormErrors();
  const [part, setPart] = useState<Option[]>([]);
  const [reporters, setReporters] = useState(() => reportersOf(conversation, reporter));
  const [account, setAccount] = useState(() => accountOf(conversation, customer));
  const [owners, setOwners] = useState<Option[]>(own ? [{ value: own.display_id, label: own.display_name }] : []);
  const create = useMutation({
    mutationFn: async (form: FormData) => {
      const severity = textOf(form, "severity") as Severity | "";
      const body = {
        type: "ticket" as const,
        title: textOf(form, "title"),
        body: textOf(form, "body"),
        applies_to_part: part[0]?.value ?? null,
        owned_by: values(owners),
        reported_by: values(reporters),
        ...(severity && { severity }),
        ...(account[0] && { account: account[0].value }),
      };
      const { work } = await answer(api.POST("/works.create", { body }));
      return work;
    },
    onSuccess: async (work) => {
      onDone();
      toast({ tone: "success", title: words.ticketMade(work.display_id) });
      // The ticket is there by now: a link that fails is told by itself.
      if (conversation) await tieTogether(conversation, work).catch(failed);
      void refreshItems(client);
      await navigate({ to: "/tickets/$id", params: { id: work.display_id } });
    },
    onError: report,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (check(textOf(form, "title") ? {} : { title: words.titleMissing })) return;
    create.mutate(form);
  };
  const partProblem = create.error instanceof ApiError && create.error.field === "applies_to_part" && create.error;
  return (
    <SheetForm
      formRef={formRef}
      onSubmit={submit}
      onInput={forgive}
      onCancel={onDone}
      submit={{ label: words.createTicket, pending: create.isPending }}
    >
      {errors.form && (
        <Alert>{partProblem ? `${words.columns.part}: ${fieldMessageOf(partProblem)}` : errors.form}</Alert>
      )}
      <Field name="title" label={words.title} error={errors.fields.title}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            autoComplete="off"
            maxLength={256}
            defaultValue={conversation ? titleOf(conversation) : ""}
          />
        )}
      </Field>
      <Choose
        label={words.columns.part}
        find={words.findPart}
        source="parts"
        load={loadParts}
        single
        chosen={part}
        onChange={setPart}
        create={{
          label: words.newPart,
          run: (name) => void createPart(name).then((made) => setPart([made]), failed),
        }}
      />
      <p className="-mt-2 text-[0.8125rem] text-ink-3">{words.partHint}</p>
      <Field name="severity" label={words.columns.severity} error={errors.fields.severity}>
        {(control) => (
          <Select {...control} defaultValue="medium">
            <option value="">{strings.common.none}</option>
            {severities.map((severity) => (
              <option key={severity} value={severity}>
                {words.severities[severity]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Choose
        label={words.reportedBy}
        find={strings.records.find.contact}
        source="contact"
        load={loadContacts}
        chosen={reporters}
        onChange={setReporters}
      />
      <Choose
        label={strings.records.fields.account}
        find={strings.records.find.account}
        source="account"
        load={loadAccounts}
        single
        chosen={account}
        onChange={setAccount}
      />
      <Choose
        label={words.columns.owner}
        find={strings.records.find.member}
        source="member"
        load={loadMembers}
        chosen={owners}
        onChange={setOwners}
      />
      <Field name="body" label={words.text} hint={words.markdownHint} error={errors.fields.body}>
        {(control) => <Textarea {...control} rows={6} />}
      </Field>
    </SheetForm>
  );
}

const loadContacts = loadRecords("rev_user");
const loadAccounts = loadRecords("account");

const values = (options: Option[]) => options.map(({ value }) => value);

function reportersOf(conversation: Item | undefined, reporter: Option | undefined): Option[] {
  if (!conversation) return reporter ? [reporter] : [];
  return customersOf(conversation).map((one) => ({ value: one.display_id ?? one.id, label: nameOf(one) }));
}

function accountOf(conversation: Item | undefined, account: Option | undefined): Option[] {
  const place = conversation?.account;
  if (!place) return account ? [account] : [];
  return [{ value: place.display_id ?? place.id, label: nameOf(place) }];
}

/** Says of both, on their timelines, that the one has become the other. */
async function tieTogether(conversation: Item, work: Work): Promise<void> {
  const body = { link_type: "is_converted_to" as const, source: conversation.id, target: work.id };
  await answer(api.POST("/links.create", { body }));
}
