import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { BulkAction } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { type BulkChange, cancel, pin, run, undo } from "@/features/bulk/bulk";
import type { RecordKind } from "@/features/record/record";
import { newKey } from "@/lib/key";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.bulk;

export type BulkPlan = {
  /** Which records; nothing when the change itself says so. */
  filter: string | undefined;
  action: BulkChange;
  /** What it does, in words. */
  what: string;
};

type BulkDialogProps = { kind: RecordKind; plan: BulkPlan; onClose: () => void; onDone: () => void };

/** Shows exactly how many records a change is about, does it when confirmed, and offers the way back. */
export function BulkDialog({ kind, plan, onClose, onDone }: BulkDialogProps) {
  const client = useQueryClient();
  const [now, setNow] = useState<BulkAction>();
  const [asked] = useState(newKey);
  const pinned = useQuery({
    queryKey: ["bulk", asked],
    queryFn: () => pin(kind.type, plan.filter ?? "", plan.action),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const refresh = () => client.invalidateQueries({ queryKey: ["records"] });
  const start = useMutation({
    mutationFn: (id: string) => run(id, setNow),
    onSuccess: async (ended) => {
      tell(kind, ended, () => void takeBack(ended.id, refresh));
      await refresh();
      onClose();
      onDone();
    },
  });
  const close = () => {
    // Nothing was done yet: the server forgets what only waits.
    if (pinned.data && !start.isPending && !start.isSuccess) void cancel(pinned.data.id).catch(() => undefined);
    onClose();
  };
  const { one, many } = kind.words;
  const count = pinned.data?.progress.matched ?? 0;
  const title = titleOf(plan.action.type, count, one, many);
  const error = pinned.error ?? start.error;
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={pinned.data ? title : words.counting}>
      {pinned.data ? (
        <p className="text-ink-2">{plan.action.type === "merge" ? plan.what : words.confirmText(plan.what)}</p>
      ) : (
        !error && <Skeleton className="h-5" />
      )}
      {now && start.isPending && <Progress action={now} />}
      {error && <Alert>{messageOf(error)}</Alert>}
      <DialogActions>
        {start.isPending && now ? (
          <Button onClick={() => void cancel(now.id).catch(() => undefined)}>{words.stop}</Button>
        ) : (
          <Button onClick={close}>{strings.common.cancel}</Button>
        )}
        <Button
          variant={plan.action.type === "delete" ? "danger" : "primary"}
          disabled={!pinned.data || count === 0}
          pending={start.isPending}
          onClick={() => pinned.data && start.mutate(pinned.data.id)}
        >
          {plan.action.type === "delete" ? words.delete : plan.action.type === "merge" ? words.merge : words.apply}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function titleOf(type: string, count: number, one: string, many: string): string {
  if (type === "merge") return words.confirmMerge(count + 1);
  return type === "delete" ? words.confirmDelete(count, one, many) : words.confirm(count, one, many);
}

function Progress({ action: { progress } }: { action: BulkAction }) {
  return (
    <div className="grid gap-1.5">
      <progress
        aria-label={words.running(progress.done, progress.matched)}
        value={progress.done}
        max={Math.max(1, progress.matched)}
        className="h-1.5 w-full overflow-hidden rounded-full accent-brand"
      />
      <p role="status" className="text-[0.8125rem] text-ink-3 tabular-nums">
        {words.running(progress.done, progress.matched)}
      </p>
    </div>
  );
}

function tell(kind: RecordKind, { state, progress, error }: BulkAction, onUndo: () => void): void {
  const { one, many } = kind.words;
  const { changed, unchanged, skipped, failed } = progress;
  const others = unchanged + skipped + failed > 0 ? words.others(unchanged, skipped, failed) : undefined;
  const titles: Record<string, string> = {
    failed: error ? `${words.failed}: ${error}` : words.failed,
    cancelled: words.cancelled(changed),
  };
  toast({
    tone: state === "completed" ? "success" : "danger",
    title: titles[state] ?? words.done(changed, one, many),
    detail: others,
    action: changed > 0 ? { label: strings.common.undo, run: onUndo } : undefined,
    duration: 15_000,
  });
}

async function takeBack(id: string, refresh: () => Promise<void>): Promise<void> {
  try {
    toast({ tone: "info", title: words.undoing });
    await undo(id);
    await refresh();
    toast({ tone: "success", title: words.undone });
  } catch (error) {
    toast({ tone: "danger", title: messageOf(error) });
  }
}
