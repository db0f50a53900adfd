import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AlarmClock, CircleDot, ShieldAlert, UserRound, X, Zap } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/client";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { loadMacros, runMacro } from "@/features/canned/macro";
import { type Item, type ItemChanges, type ItemKind, stageText } from "@/features/inbox/item";
import { refreshItems } from "@/features/inbox/items";
import { SnoozeMenu } from "@/features/inbox/snooze-menu";
import { type Loader, loadMembers } from "@/features/record/options";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.inbox;

type InboxBulkBarProps = { kind: ItemKind; items: Item[]; onClear: () => void };

/** What can be done with the items that are chosen, which are on loaded pages and so not many. */
export function InboxBulkBar({ kind, items, onClear }: InboxBulkBarProps) {
  const client = useQueryClient();
  const [macro, setMacro] = useState<Option>();
  const change = useMutation({
    mutationFn: async (what: ItemChanges | Option) => {
      const failures: unknown[] = [];
      const act = (item: Item) => ("label" in what ? runMacro(what.value, item) : kind.update(item.id, what));
      // One by one: what others have taken away meanwhile must not keep the rest from changing.
      for (const item of items) await act(item).catch((error: unknown) => failures.push(error));
      return { failures, changed: items.length - failures.length };
    },
    onSuccess: async ({ failures, changed }) => {
      setMacro(undefined);
      onClear();
      await client.invalidateQueries({ queryKey: ["item", kind.type] });
      await refreshItems(client);
      if (changed > 0) toast({ tone: "success", title: words.bulkChanged(changed, kind.words.one, kind.words.many) });
      if (failures.length > 0) {
        const title = words.bulkFailed(failures.length, kind.words.one, kind.words.many);
        toast({ tone: "danger", title, detail: messageOf(failures[0]) });
      }
    },
  });
  if (items.length === 0) return null;
  const stages = kind.stages.map((stage) => ({ value: stage, label: stageText(stage) }));
  const allSpam = items.every(({ isSpam }) => isSpam);
  return (
    <section
      aria-label={words.bulkBar}
      className="absolute inset-x-3 bottom-4 z-30 mx-auto flex w-fit max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-1 rounded-xl border border-line bg-raised p-1.5 shadow-pop"
    >
      <p role="status" className="px-2 font-medium tabular-nums">
        {strings.bulk.selected(items.length)}
      </p>
      <Chooser
        label={words.assign}
        icon={<UserRound aria-hidden />}
        load={loadMembers}
        source="member"
        pending={change.isPending}
        onChoose={({ value }) => change.mutate({ owned_by: { set: [value] } })}
      />
      <Chooser
        label={words.columns.stage}
        icon={<CircleDot aria-hidden />}
        load={(text) => Promise.resolve(stages.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())))}
        source={`stages ${kind.type}`}
        pending={change.isPending}
        onChoose={({ value }) => change.mutate({ stage: { name: value } })}
      />
      {kind.type === "conversation" && (
        <SnoozeMenu
          trigger={
            <Button size="sm" variant="ghost" disabled={change.isPending}>
              <AlarmClock aria-hidden />
              {words.snooze.action}
            </Button>
          }
          side="top"
          isSnoozed={items.some(({ snoozedUntil }) => snoozedUntil !== undefined)}
          onChoose={(until) => change.mutate({ snoozed_until: until })}
        />
      )}
      <Button
        size="sm"
        variant="ghost"
        disabled={change.isPending}
        onClick={() => change.mutate({ is_spam: !allSpam })}
      >
        <ShieldAlert aria-hidden />
        {allSpam ? words.noSpam : words.markSpam}
      </Button>
      <Chooser
        label={strings.macros.run}
        icon={<Zap aria-hidden />}
        load={loadMacros(kind.type)}
        source={`macros ${kind.type}`}
        pending={change.isPending}
        onChoose={setMacro}
      />
      <ConfirmDialog
        open={macro !== undefined}
        onOpenChange={(stays) => !stays && setMacro(undefined)}
        title={strings.macros.confirm(macro?.label ?? "", items.length, kind.words.one, kind.words.many)}
        description={strings.macros.confirmText}
        action={strings.macros.confirmAction}
        pending={change.isPending}
        error={undefined}
        onConfirm={() => macro && change.mutate(macro)}
      />
      <Button size="icon" variant="ghost" aria-label={strings.bulk.clear} onClick={onClear}>
        <X aria-hidden />
      </Button>
    </section>
  );
}

type ChooserProps = {
  label: string;
  icon: ReactNode;
  load: Loader;
  source: string;
  pending: boolean;
  onChoose: (option: Option) => void;
};

function Chooser({ label, icon, pending, ...list }: ChooserProps) {
  return (
    <Combobox
      label={label}
      trigger={
        <Button size="sm" variant="ghost" disabled={pending}>
          {icon}
          {label}
        </Button>
      }
      chosen={[]}
      {...list}
    />
  );
}
