import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Pencil, Plus, Split, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { AssignmentRule } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { listStyle, SettingsPage } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { deleteRule, moveRule, refreshRules, rulesQuery, turnRule } from "@/features/assignment/assignment";
import { RuleSheet } from "@/features/assignment/rule-sheet";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.assignment;

/** The rules that say who looks after what customers begin. */
export function AssignmentPage() {
  const rules = useQuery(rulesQuery);
  const [editing, setEditing] = useState<AssignmentRule | "new">();
  const [removing, setRemoving] = useState<AssignmentRule>();
  useHotkeys({ n: () => editing === undefined && setEditing("new") });
  return (
    <SettingsPage
      title={words.title}
      text={words.text}
      action={
        <Button variant="primary" onClick={() => setEditing("new")}>
          <Plus aria-hidden />
          {words.create}
        </Button>
      }
    >
      <QueryState query={rules} loading={words.loading} bars={3}>
        {(all) =>
          all.length > 0 ? (
            <ol aria-label={words.listLabel} className={listStyle}>
              {all.map((rule, at) => (
                <RuleRow
                  key={rule.id}
                  rules={all}
                  at={at}
                  onEdit={() => setEditing(rule)}
                  onRemove={() => setRemoving(rule)}
                />
              ))}
            </ol>
          ) : (
            <StateMessage icon={Split} title={words.empty}>
              <p className="text-pretty text-ink-2">{words.emptyText}</p>
            </StateMessage>
          )
        }
      </QueryState>
      {editing && <RuleSheet rule={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveRule rule={removing} onClose={() => setRemoving(undefined)} />}
    </SettingsPage>
  );
}

type RowProps = { rules: AssignmentRule[]; at: number; onEdit: () => void; onRemove: () => void };

function RuleRow({ rules, at, onEdit, onRemove }: RowProps) {
  const client = useQueryClient();
  const failed = (error: Error) => toast({ tone: "danger", title: messageOf(error) });
  const move = useMutation({ mutationFn: (by: 1 | -1) => moveRule(client, rules, at, by), onError: failed });
  const turn = useMutation({
    mutationFn: (rule: AssignmentRule) => turnRule(rule.id, !rule.is_enabled),
    onSuccess: () => refreshRules(client),
    onError: failed,
  });
  const rule = rules[at];
  if (!rule) return null;
  const { name } = rule;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 py-2.5 pr-2 pl-4">
      <div className="min-w-0 flex-1 basis-64 py-1">
        <p className="flex items-center gap-2">
          <span className="min-w-0 break-words font-medium">{name}</span>
          {!rule.is_enabled && <Badge>{words.off}</Badge>}
        </p>
        <p className="mt-0.5 break-words text-[0.8125rem] text-ink-2">{conditionsOf(rule)}</p>
        <p className="mt-0.5 break-words text-[0.8125rem] text-ink-2">{choiceOf(rule)}</p>
      </div>
      <div className="flex">
        <Button
          variant="ghost"
          size="icon"
          aria-label={words.up(name)}
          disabled={at === 0 || move.isPending}
          onClick={() => move.mutate(-1)}
        >
          <ArrowUp aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon"
          aria-label={words.down(name)}
          disabled={at === rules.length - 1 || move.isPending}
          onClick={() => move.mutate(1)}
        >
          <ArrowDown aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="sm"
          className="h-9"
          aria-label={rule.is_enabled ? words.turnOff(name) : words.turnOn(name)}
          pending={turn.isPending}
          onClick={() => turn.mutate(rule)}
        >
          {rule.is_enabled ? words.turnOffShort : words.turnOnShort}
        </Button>
        <Button variant="ghost" size="icon" aria-label={words.edit(name)} onClick={onEdit}>
          <Pencil aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label={words.remove(name)} onClick={onRemove}>
          <Trash2 aria-hidden />
        </Button>
      </div>
    </li>
  );
}

/** For what a rule is, in words. */
function conditionsOf({ applies_to, source_channels, contact_filter }: AssignmentRule): string {
  return [
    applies_to.length === 1 && applies_to[0] ? words.kinds[applies_to[0]] : words.allKinds,
    source_channels.length > 0 ? words.by(source_channels.join(", ")) : "",
    contact_filter ? words.where(contact_filter) : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Whom a rule chooses, in words. */
function choiceOf({ strategy, members, group, max_open }: AssignmentRule): string {
  const among = group ? words.inGroup(group.name) : members.map(({ display_name }) => display_name).join(", ");
  const alone = !group && members.length === 1;
  return [
    alone ? words.to(among) : words.among[strategy](among || words.nobody),
    max_open > 0 ? words.upTo(max_open) : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function RemoveRule({ rule, onClose }: { rule: AssignmentRule; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteRule(rule.id),
    onSuccess: async () => {
      await refreshRules(client);
      toast({ tone: "success", title: words.removed(rule.name) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.removeTitle(rule.name)}
      description={words.removeText}
      action={words.removeAction}
      pending={remove.isPending}
      error={remove.error ? messageOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  );
}
