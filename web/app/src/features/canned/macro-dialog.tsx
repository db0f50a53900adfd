import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiError, fieldMessageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogBody, DialogFooter } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Select } from "@/components/ui/select";
import {
  type ActionDraft,
  actionTypes,
  draftOf,
  durations,
  type Macro,
  newAction,
  refreshMacros,
  saveMacro,
} from "@/features/canned/macro";
import { PlaceholderText } from "@/features/canned/placeholder-text";
import { Choose } from "@/features/inbox/choose";
import { itemKinds, type Severity, stageText } from "@/features/inbox/item";
import { severities } from "@/features/inbox/item-fields";
import { type Loader, loadMembers, loadTags } from "@/features/record/options";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.macros;
const maxName = 256;

/** The form of a macro: the one that is given, or a new one. */
export function MacroDialog({ macro, onClose }: { macro?: Macro; onClose: () => void }) {
  const client = useQueryClient();
  const [actions, setActions] = useState(() => macro?.actions.map(draftOf) ?? []);
  const { formRef, errors, check, forgive, report, clear } = useFormErrors();
  const save = useMutation({
    mutationFn: (name: string) => saveMacro(macro, name, actions),
    onSuccess: async (_, name) => {
      await refreshMacros(client);
      toast({ tone: "success", title: macro ? strings.canned.saved(name) : strings.canned.created(name) });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = textOf(new FormData(event.currentTarget), "name");
    if (check(name === "" ? { name: words.nameMissing } : {})) return;
    if (actions.length === 0) return report(new Error(words.actionsMissing));
    save.mutateAsync(name).catch((error) => report(ofAction(error, actions)));
  };
  const change = (next: ActionDraft[]) => {
    setActions(next);
    clear();
  };
  const left = actionTypes.filter((type) => !actions.some((action) => action.type === type));
  return (
    <Dialog open framed onOpenChange={(open) => !open && onClose()} title={macro ? words.editMacro : words.newMacro}>
      <form ref={formRef} onSubmit={submit} onInput={forgive} noValidate className="contents">
        <DialogBody>
          {errors.form && <Alert>{errors.form}</Alert>}
          <Field name="name" label={words.name} error={errors.fields.name}>
            {(control) => (
              <Input {...control} autoFocus autoComplete="off" maxLength={maxName} defaultValue={macro?.name} />
            )}
          </Field>
          <section aria-label={words.actions} className="grid gap-2">
            <p className="font-medium text-[0.8125rem]">{words.actions}</p>
            {actions.length > 0 && (
              <ul className="divide-y divide-line rounded-xl border border-line">
                {actions.map((action) => (
                  <li key={action.key} className="flex items-start gap-2 py-2.5 pr-2 pl-3.5">
                    <div className="grid min-w-0 flex-1 gap-1.5">
                      {!isOfTags(action) && (
                        <p className="flex min-h-8 items-center font-medium text-[0.8125rem]">
                          {words.types[action.type]}
                        </p>
                      )}
                      <ActionFields
                        action={action}
                        onChange={(next) => change(actions.map((one) => (one.key === next.key ? next : one)))}
                      />
                    </div>
                    <Button
                      variant="ghost"
                      size="icon"
                      aria-label={words.removeAction(words.types[action.type])}
                      onClick={() => change(actions.filter(({ key }) => key !== action.key))}
                    >
                      <Trash2 aria-hidden />
                    </Button>
                  </li>
                ))}
              </ul>
            )}
            {left.length > 0 && (
              <Menu
                align="start"
                trigger={
                  <Button size="sm" className="w-fit">
                    <Plus aria-hidden />
                    {words.addAction}
                  </Button>
                }
              >
                {left.map((type) => (
                  <MenuItem key={type} onSelect={() => change([...actions, newAction(type)])}>
                    {words.types[type]}
                  </MenuItem>
                ))}
              </Menu>
            )}
          </section>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            {macro ? words.save : words.create}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

/** A refusal of one action names it, since the form has several. */
function ofAction(error: unknown, actions: ActionDraft[]): unknown {
  const at = error instanceof ApiError ? /^actions\[(\d+)\]/.exec(error.field ?? "")?.[1] : undefined;
  const action = actions[Number(at)];
  return action && error instanceof ApiError
    ? new Error(`${words.types[action.type]}: ${fieldMessageOf(error)}`)
    : error;
}

const isOfTags = ({ type }: ActionDraft) => type === "add_tags" || type === "remove_tags";

const runner = { value: "me", label: words.runner };

const loadOwners: Loader = async (text, signal) => {
  const members = await loadMembers(text, signal);
  return runner.label.toLowerCase().includes(text.toLowerCase()) ? [runner, ...members] : members;
};

const stages = [...new Set([...itemKinds.conversation.stages, ...itemKinds.ticket.stages])];

type ActionFieldsProps = { action: ActionDraft; onChange: (action: ActionDraft) => void };

function ActionFields({ action, onChange }: ActionFieldsProps) {
  const label = words.types[action.type];
  switch (action.type) {
    case "reply":
    case "note":
      return (
        <PlaceholderText
          control={{ "aria-label": label }}
          rows={4}
          value={action.body}
          onChange={(body) => onChange({ ...action, body })}
        />
      );
    case "set_owner":
      return (
        <Combobox
          label={words.findOwner}
          trigger={
            <Button size="sm" className="w-fit" aria-label={`${label}: ${action.owner?.label ?? words.runner}`}>
              {action.owner?.label ?? words.runner}
              <ChevronDown aria-hidden className="text-ink-3" />
            </Button>
          }
          source="macro owners"
          load={loadOwners}
          chosen={[action.owner?.value ?? runner.value]}
          onChoose={(owner) => onChange({ ...action, owner: owner.value === runner.value ? undefined : owner })}
        />
      );
    case "set_stage":
      return (
        <Select
          aria-label={label}
          value={action.stage}
          onChange={({ target }) => onChange({ ...action, stage: target.value })}
        >
          {stages.map((stage) => (
            <option key={stage} value={stage}>
              {stageLabel(stage)}
            </option>
          ))}
        </Select>
      );
    case "add_tags":
    case "remove_tags":
      return (
        <Choose
          label={label}
          find={words.findTags}
          source="tag"
          load={loadTags}
          chosen={action.tags}
          onChange={(tags) => onChange({ ...action, tags })}
        />
      );
    case "snooze":
      return (
        <Select
          aria-label={label}
          value={action.minutes}
          onChange={({ target }) => onChange({ ...action, minutes: Number(target.value) })}
        >
          {[...new Set([...durations, action.minutes])]
            .sort((a, b) => a - b)
            .map((minutes) => (
              <option key={minutes} value={minutes}>
                {words.durations(minutes)}
              </option>
            ))}
        </Select>
      );
    case "set_spam":
      return (
        <Select
          aria-label={label}
          value={action.isSpam ? "yes" : "no"}
          onChange={({ target }) => onChange({ ...action, isSpam: target.value === "yes" })}
        >
          <option value="yes">{words.spam.yes}</option>
          <option value="no">{words.spam.no}</option>
        </Select>
      );
    default:
      return (
        <Select
          aria-label={label}
          value={action.severity}
          onChange={({ target }) => onChange({ ...action, severity: target.value as Severity })}
        >
          {severities.map((severity) => (
            <option key={severity} value={severity}>
              {strings.inbox.severities[severity]}
            </option>
          ))}
        </Select>
      );
  }
}

/** A stage of one kind alone says of which, for two may be called the same. */
function stageLabel(stage: string): string {
  const [ofConversation, ofTicket] = [itemKinds.conversation, itemKinds.ticket].map((kind) =>
    kind.stages.includes(stage),
  );
  if (ofConversation && ofTicket) return stageText(stage);
  return `${stageText(stage)} (${itemKinds[ofConversation ? "conversation" : "ticket"].words.many})`;
}
