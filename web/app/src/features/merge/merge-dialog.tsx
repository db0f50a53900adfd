import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowLeftRight, ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import {
  announceMerge,
  type MergeType,
  mergeRecords,
  type Named,
  nameOf,
  refreshIdentity,
} from "@/features/merge/merge";
import { mergeOptions } from "@/features/merge/merge-options";
import { MergeOutlook } from "@/features/merge/merge-outlook";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const text = strings.merges.dialog;

type MergeDialogProps = {
  type: MergeType;
  record: { id: string; display_name: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Runs after the merge with the id of the record that stayed, which may be the other one. */
  onMerged?: (primaryId: string) => void;
};

/** Merges a record with another of its type: choose it, see what would happen, say which one stays. */
export function MergeDialog({ type, record, open, onOpenChange, onMerged }: MergeDialogProps) {
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={onOpenChange}
      title={text.titles[type]}
      description={text.hint(record.display_name, type)}
    >
      {/* What was chosen leaves with the dialog: it is content of an open one only. */}
      <MergeForm type={type} record={record} onClose={() => onOpenChange(false)} onMerged={onMerged} />
    </Dialog>
  );
}

/** A record with what tells it apart from others of its name. */
type Candidate = Named & { detail?: string | undefined };

type MergeFormProps = Pick<MergeDialogProps, "type" | "record"> & {
  onClose: () => void;
  onMerged: MergeDialogProps["onMerged"];
};

function MergeForm({ type, record, onClose, onMerged }: MergeFormProps) {
  const client = useQueryClient();
  const [other, setOther] = useState<Candidate>();
  const [swapped, setSwapped] = useState(false);
  const self: Candidate = record;
  const [primary, secondary] = swapped && other ? [other, self] : [self, other];
  const merge = useMutation({
    mutationFn: (joining: Named) => mergeRecords(type, primary.id, joining.id),
    onSuccess: async (merged, joining) => {
      await refreshIdentity(client);
      announceMerge(client, merged, primary, joining);
      onClose();
      onMerged?.(primary.id);
    },
  });
  const choose = (option: Option) => {
    merge.reset();
    setOther({ id: option.value, display_name: option.label, detail: option.detail });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="grid grid-cols-[minmax(0,1fr)] items-center gap-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <RecordCard record={primary} stays />
        <Button
          variant="ghost"
          size="icon"
          aria-label={text.swap}
          title={text.swap}
          disabled={!other}
          onClick={() => setSwapped(!swapped)}
          className="justify-self-center max-sm:rotate-90"
        >
          <ArrowLeftRight aria-hidden />
        </Button>
        {secondary ? <RecordCard record={secondary} /> : <EmptyCard />}
      </div>
      <Combobox
        label={text.choose[type]}
        source={`merge ${type} ${record.id}`}
        load={(words, signal) => mergeOptions(type, record.id, words, signal)}
        chosen={other ? [other.id] : []}
        onChoose={choose}
        trigger={
          <Button className="justify-between">
            {other ? text.chooseOther : text.choose[type]}
            <ChevronsUpDown aria-hidden className="text-ink-3" />
          </Button>
        }
      />
      {secondary && <MergeOutlook primary={primary.id} secondary={secondary.id} isMerging={merge.isPending} />}
      {merge.error && <Alert>{messageOf(merge.error)}</Alert>}
      <DialogActions>
        <Button onClick={onClose}>{strings.common.cancel}</Button>
        <Button
          variant="primary"
          disabled={!secondary}
          pending={merge.isPending}
          onClick={() => secondary && merge.mutate(secondary)}
        >
          {text.confirm}
        </Button>
      </DialogActions>
    </div>
  );
}

function RecordCard({ record, stays = false }: { record: Candidate; stays?: boolean }) {
  return (
    <div
      className={cn(
        "flex min-w-0 items-center gap-2.5 rounded-lg border p-2.5",
        stays ? "border-brand/40 bg-brand-soft/50" : "border-line bg-surface",
      )}
    >
      <Avatar name={nameOf(record)} seed={record.id} className="size-7" />
      <span className="grid min-w-0 justify-items-start gap-0.5">
        <span className="max-w-full truncate font-medium" title={nameOf(record)}>
          {nameOf(record)}
        </span>
        {record.detail && <span className="max-w-full truncate text-ink-2 text-xs">{record.detail}</span>}
        <Badge tone={stays ? "brand" : "neutral"}>{stays ? text.stays : text.joins}</Badge>
      </span>
    </div>
  );
}

function EmptyCard() {
  return (
    <div className="grid h-full min-h-16 place-items-center rounded-lg border border-line-strong border-dashed p-2.5 text-[0.8125rem] text-ink-3">
      {text.other}
    </div>
  );
}
