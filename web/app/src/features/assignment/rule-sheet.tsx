import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { AssignmentRule, AssignmentRuleRequest } from "@/api/types";
import { SheetForm } from "@/components/sheet-form";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { Chip } from "@/components/ui/chip";
import { Combobox, type Option } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup } from "@/components/ui/radio-group";
import { Sheet } from "@/components/ui/sheet";
import { loadTeams, refreshRules, saveRule } from "@/features/assignment/assignment";
import { FilterBar } from "@/features/filter/filter-bar";
import { loadMembers } from "@/features/record/options";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.assignment;

type Draft = {
  isForConversations: boolean;
  isForTickets: boolean;
  filter: string;
  among: "members" | "group";
  members: Option[];
  group: Option | undefined;
  strategy: AssignmentRule["strategy"];
};

/** The form of a rule, the one that is given or a new one. */
export function RuleSheet({ rule, onClose }: { rule: AssignmentRule | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const [draft, setDraft] = useState(() => draftOf(rule));
  const change = (next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next }));
  const save = useMutation({
    mutationFn: (request: AssignmentRuleRequest) => saveRule(rule, request),
    onSuccess: async (_, { name }) => {
      await refreshRules(client);
      toast({ tone: "success", title: rule ? words.saved(name) : words.created(name) });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const request = requestOf(new FormData(event.currentTarget), draft);
    const nobody = draft.among === "members" ? draft.members.length === 0 : !draft.group;
    const problems = {
      ...(request.name === "" && { name: words.nameMissing }),
      ...(request.applies_to?.length === 0 && { applies_to: words.kindMissing }),
      ...(nobody && { members: words.nobodyChosen }),
    };
    if (check(problems)) return;
    save.mutateAsync(request).catch(report);
  };
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()} title={rule ? words.editTitle(rule.name) : words.newTitle}>
      <SheetForm
        formRef={formRef}
        onSubmit={submit}
        onInput={forgive}
        onCancel={onClose}
        submit={{ label: rule ? words.save : words.create, pending: save.isPending }}
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
              defaultValue={rule?.name}
            />
          )}
        </Field>
        <Field name="applies_to" label={words.kind} error={errors.fields.applies_to}>
          {() => (
            <div className="flex flex-wrap gap-x-6 gap-y-2">
              <CheckField
                label={words.conversations}
                checked={draft.isForConversations}
                onChange={(event) => change({ isForConversations: event.target.checked })}
              />
              <CheckField
                label={words.tickets}
                checked={draft.isForTickets}
                onChange={(event) => change({ isForTickets: event.target.checked })}
              />
            </div>
          )}
        </Field>
        <Field
          name="source_channels"
          label={words.channels}
          hint={words.channelsHint}
          error={errors.fields.source_channels}
        >
          {(control) => (
            <Input {...control} autoComplete="off" spellCheck={false} defaultValue={rule?.source_channels.join(", ")} />
          )}
        </Field>
        <Field name="contact_filter" label={words.customer} hint={words.customerHint}>
          {() => (
            <div className="-mx-4 sm:-mx-6">
              <FilterBar type="rev_user" filter={draft.filter} onChange={(filter) => change({ filter })} />
            </div>
          )}
        </Field>
        <Who draft={draft} onChange={change} error={errors.fields.members} />
        <Field name="max_open" label={words.maxOpen} hint={words.maxOpenHint} error={errors.fields.max_open}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              max={1000}
              placeholder={words.noLimit}
              defaultValue={rule?.max_open || undefined}
            />
          )}
        </Field>
      </SheetForm>
    </Sheet>
  );
}

type WhoProps = { draft: Draft; onChange: (next: Partial<Draft>) => void; error: string | undefined };

/** Among whom a rule chooses, and how. */
function Who({ draft, onChange, error }: WhoProps) {
  const { members, group } = draft;
  const toggle = (option: Option) => {
    const others = members.filter(({ value }) => value !== option.value);
    onChange({ members: others.length < members.length ? others : [...members, option] });
  };
  return (
    <>
      <Field name="members" label={words.who} error={error}>
        {() => (
          <div className="grid gap-2.5">
            <RadioGroup
              label={words.who}
              name="among"
              choices={[
                { value: "members", label: words.theseMembers },
                { value: "group", label: words.aGroup },
              ]}
              value={draft.among}
              onChange={(among) => onChange({ among })}
            />
            {draft.among === "members" ? (
              <div className="flex flex-wrap items-center gap-1.5">
                {members.map((member) => (
                  <Chip key={member.value} label={member.label} onRemove={() => toggle(member)}>
                    {member.label}
                  </Chip>
                ))}
                <Combobox
                  label={words.findMember}
                  trigger={
                    <Button size="sm">
                      <Plus aria-hidden />
                      {words.addMember}
                    </Button>
                  }
                  load={loadMembers}
                  source="member"
                  chosen={members.map(({ value }) => value)}
                  onChoose={toggle}
                  several
                />
              </div>
            ) : (
              <div className="flex items-center gap-2">
                <Combobox
                  label={words.findGroup}
                  trigger={<Button size="sm">{group?.label ?? words.chooseGroup}</Button>}
                  load={loadTeams}
                  source="team"
                  chosen={group ? [group.value] : []}
                  onChoose={(chosen) => onChange({ group: chosen })}
                />
                {group && (
                  <Button
                    size="icon"
                    variant="ghost"
                    aria-label={`${strings.common.remove} ${group.label}`}
                    onClick={() => onChange({ group: undefined })}
                  >
                    <X aria-hidden />
                  </Button>
                )}
              </div>
            )}
          </div>
        )}
      </Field>
      <Field name="strategy" label={words.strategy}>
        {() => (
          <RadioGroup
            label={words.strategy}
            name="strategy"
            choices={[
              { value: "round_robin", label: words.roundRobin, hint: words.roundRobinHint },
              { value: "least_open", label: words.leastOpen, hint: words.leastOpenHint },
            ]}
            value={draft.strategy}
            onChange={(strategy) => onChange({ strategy })}
          />
        )}
      </Field>
    </>
  );
}

function draftOf(rule: AssignmentRule | undefined): Draft {
  return {
    isForConversations: rule?.applies_to.includes("conversation") ?? true,
    isForTickets: rule?.applies_to.includes("ticket") ?? true,
    filter: rule?.contact_filter ?? "",
    among: rule?.group ? "group" : "members",
    members: (rule?.members ?? []).map(({ id, display_id = id, display_name = display_id }) => ({
      value: display_id,
      label: display_name,
    })),
    group: rule?.group && { value: rule.group.display_id, label: rule.group.name },
    strategy: rule?.strategy ?? "round_robin",
  };
}

function requestOf(data: FormData, draft: Draft): AssignmentRuleRequest {
  const isGroup = draft.among === "group";
  const kinds = [draft.isForConversations && "conversation", draft.isForTickets && "ticket"] as const;
  return {
    name: textOf(data, "name"),
    applies_to: kinds.filter((kind) => kind !== false),
    source_channels: textOf(data, "source_channels")
      .split(",")
      .map((channel) => channel.trim())
      .filter((channel) => channel !== ""),
    contact_filter: draft.filter,
    members: isGroup ? [] : draft.members.map(({ value }) => value),
    group: (isGroup && draft.group?.value) || "",
    strategy: draft.strategy,
    max_open: Number(textOf(data, "max_open")) || 0,
  };
}
