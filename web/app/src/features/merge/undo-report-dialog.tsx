import type { ReactNode } from "react";
import { RelativeTime } from "@/components/relative-time";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { kindLabel } from "@/features/identity/identity";
import { apartText, fieldLabel, type MergeUndone, nameOf, survivorOf } from "@/features/merge/merge";
import { reportUndone, useUndoneReport } from "@/features/merge/undo-report";
import { strings } from "@/strings";

const text = strings.merges.report;

/** What an undo could not make as it was, shown wherever the reader is by then. */
export function UndoReportDialog() {
  const undone = useUndoneReport();
  const close = () => reportUndone(undefined);
  return (
    <Dialog
      open={undone !== undefined}
      onOpenChange={close}
      title={text.title}
      description={undone && apartText(undone)}
    >
      {undone && (
        <>
          <Report undone={undone} />
          <DialogActions>
            <Button variant="primary" onClick={close}>
              {strings.common.close}
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}

function Report({ undone }: { undone: MergeUndone }) {
  const { kept_edits: kept, not_restored: lost, also_undone: also = [] } = undone;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {undone.in_trash && <Alert tone="warn">{text.inTrash}</Alert>}
      {lost.length > 0 && (
        <Part title={text.lost}>
          {lost.map((one) => (
            <li key={`${one.kind} ${one.value}`}>
              <span className="break-all font-medium">{one.value}</span>
              <span className="block text-[0.8125rem] text-ink-2">
                {[kindLabel(one.kind), text.reasons[one.reason], one.holder && text.holder(nameOf(one.holder))]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </Part>
      )}
      {kept.length > 0 && (
        <Part title={text.kept(nameOf(survivorOf(undone)))} hint={text.keptHint}>
          {kept.map((edit) => (
            <li key={`${edit.date} ${edit.fields.join()}`} className="flex flex-wrap justify-between gap-x-3">
              <span className="font-medium">{edit.fields.map(fieldLabel).join(", ")}</span>
              <span className="text-[0.8125rem] text-ink-2">
                {edit.by && nameOf(edit.by)} <RelativeTime iso={edit.date} />
              </span>
            </li>
          ))}
          {undone.more_edits && <li className="text-ink-2">{text.keptMore}</li>}
        </Part>
      )}
      {also.length > 0 && (
        <Part title={text.also} hint={also[0]?.type === "conversation" ? text.alsoHintConversation : text.alsoHint}>
          {also.map((merge) => (
            <li key={merge.id} className="break-words">
              {nameOf(merge.secondary)} <span className="text-ink-2">{strings.merges.into}</span>{" "}
              {nameOf(merge.primary)}
            </li>
          ))}
        </Part>
      )}
    </div>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <h3 className="font-semibold text-[0.8125rem]">{title}</h3>
      {hint && <p className="-mt-1 text-[0.8125rem] text-ink-2">{hint}</p>}
      <ul className="grid gap-2 rounded-lg border border-line bg-surface px-3 py-2.5">{children}</ul>
    </section>
  );
}
