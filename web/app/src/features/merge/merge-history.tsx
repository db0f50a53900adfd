import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { GitMerge, Undo2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { StateMessage } from "@/components/state-message";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { kindLabel } from "@/features/identity/identity";
import { type Merge, mergesQuery, nameOf, type RecordSummary, ruleText, undoMerge } from "@/features/merge/merge";
import { RecordLink } from "@/features/record/record-link";
import { cn } from "@/lib/cn";
import { formatRelative } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.merges;

/** The merges that a record took part in or that made it what it is; all of the organisation without one. */
export function MergeHistory({ record }: { record?: string }) {
  const query = useInfiniteQuery(mergesQuery(record));
  return (
    <QueryState query={query} loading={text.loading}>
      {({ pages }) => {
        const merges = pages.flatMap((page) => page.merges);
        if (merges.length === 0) return <NoMerges ofRecord={record !== undefined} />;
        return (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
            <MergeList merges={merges} />
            <LoadMore query={query} />
          </div>
        );
      }}
    </QueryState>
  );
}

function NoMerges({ ofRecord }: { ofRecord: boolean }) {
  if (ofRecord) return <p className="text-ink-2">{text.noneOfRecord}</p>;
  return (
    <StateMessage icon={GitMerge} title={text.none}>
      <p className="text-pretty text-ink-2">{text.noneHint}</p>
    </StateMessage>
  );
}

function MergeList({ merges }: { merges: Merge[] }) {
  const [undoing, setUndoing] = useState<Merge>();
  return (
    <>
      <ul
        aria-label={text.list}
        className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
      >
        {merges.map((merge) => (
          <MergeRow key={merge.id} merge={merge} onUndo={() => setUndoing(merge)} />
        ))}
      </ul>
      {undoing && <UndoDialog merge={undoing} onClose={() => setUndoing(undefined)} />}
    </>
  );
}

function MergeRow({ merge, onUndo }: { merge: Merge; onUndo: () => void }) {
  const isActive = merge.state === "active";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:flex-nowrap">
      <div className={cn("min-w-0 flex-1 basis-full sm:basis-0", !isActive && "text-ink-2")}>
        <p className="break-words">
          <RecordName record={merge.secondary} /> <span className="text-ink-2">{text.into}</span>{" "}
          <RecordName record={merge.primary} />
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-2 text-[0.8125rem] text-ink-2">
          <span>{ruleText(merge.rule)}</span>
          {merge.evidence.map(({ kind, value }) => (
            <span key={`${kind} ${value}`} className="break-all">
              {kindLabel(kind)} {value}
            </span>
          ))}
          {!isActive && <span>{endText(merge)}</span>}
        </p>
      </div>
      <div className="min-w-0 text-[0.8125rem] text-ink-2 sm:w-44 sm:shrink-0">
        <RelativeTime iso={merge.made_date} />
        <span className="block truncate">{merge.made_by ? text.by(nameOf(merge.made_by)) : text.byKith}</span>
      </div>
      <div className="ml-auto flex w-24 shrink-0 justify-end">
        {isActive ? (
          <Button size="sm" onClick={onUndo} aria-label={text.undo.actionOf(merge.display_id)}>
            <Undo2 aria-hidden />
            {text.undo.action}
          </Button>
        ) : (
          <Badge>{text.states[merge.state]}</Badge>
        )}
      </div>
    </li>
  );
}

/** Names are of now, and those of two that became one are alike: the id tells them apart. */
function RecordName({ record }: { record: RecordSummary }) {
  return (
    <>
      <RecordLink id={record.display_id}>{nameOf(record)}</RecordLink>{" "}
      {record.display_name && <span className="whitespace-nowrap text-ink-3 text-xs">{record.display_id}</span>}
    </>
  );
}

/** Why the merge holds no longer, or cannot be taken back. */
function endText(merge: Merge): string {
  if (merge.state === "purged") return text.purgedHint;
  return text.undone(
    formatRelative(merge.undone_date),
    merge.undone_by ? text.by(nameOf(merge.undone_by)) : text.byKith,
  );
}

function UndoDialog({ merge, onClose }: { merge: Merge; onClose: () => void }) {
  const client = useQueryClient();
  const undo = useMutation({ mutationFn: () => undoMerge(client, merge.id), onSuccess: onClose });
  const [secondary, primary] = [merge.secondary.display_id, merge.primary.display_id];
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={text.undo.title(secondary)}
      description={text.undo.hint(secondary, primary)}
      action={text.undo.confirm}
      pending={undo.isPending}
      error={undo.error ? messageOf(undo.error) : undefined}
      onConfirm={() => undo.mutate()}
    />
  );
}
