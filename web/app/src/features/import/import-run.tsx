import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { asSentence, messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { DialogBody, DialogFooter } from "@/components/ui/dialog";
import { cancelImport, type Import, importQuery, isOver, noteImport } from "@/features/import/import";
import { Failures, FailuresDownload } from "@/features/import/import-failures";
import { ImportPlan } from "@/features/import/import-plan";
import { ImportMeter, Outcomes, ProgressBar } from "@/features/import/import-progress";
import { setImportInDialog } from "@/features/import/import-store";
import { formatSize } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

/** A file on its way to the server. */
export function Uploading({ file, onCancel, onClose }: { file: File; onCancel: () => void; onClose: () => void }) {
  return (
    <>
      <DialogBody>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <p className="truncate font-medium">{file.name}</p>
          <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
            <p role="status" className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
              <span className="text-ink-2">{words.uploading}</span>
              <span className="text-ink-3 tabular-nums">{formatSize(file.size)}</span>
            </p>
            <ProgressBar label={words.progress(file.name)} fraction={undefined} />
          </div>
          <p className="text-ink-3">{words.uploadingHint}</p>
        </div>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>{words.cancelUpload}</Button>
        <Button onClick={onClose}>{strings.common.close}</Button>
      </DialogFooter>
    </>
  );
}

type ImportRunProps = {
  started: Import;
  /** Back to what was chosen. */
  onBack: () => void;
  /** Imports what was checked. */
  onImport: () => void;
  onClose: () => void;
};

/** An import under way, and how a check or a refused file ended. A finished import closes the dialog: its end is told in a toast. */
export function ImportRun({ started, onBack, onImport, onClose }: ImportRunProps) {
  const { data: run = started, error } = useQuery(importQuery(started.id));
  const over = isOver(run);
  const isForToast = over && (run.state === "cancelled" || (run.state === "completed" && !run.options.dry_run));
  useEffect(() => {
    setImportInDialog(started.id);
    return () => setImportInDialog(undefined);
  }, [started.id]);
  useEffect(() => {
    if (isForToast) onClose();
  }, [isForToast, onClose]);
  if (!over) return <Running run={run} error={error} onClose={onClose} />;
  return (
    <>
      <DialogBody>{run.state === "failed" ? <Refused run={run} /> : <Checked run={run} />}</DialogBody>
      <DialogFooter>
        <Button onClick={onBack}>{words.back}</Button>
        {run.state === "completed" && run.options.dry_run && (
          <Button variant="primary" onClick={onImport}>
            {words.import}
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

function Running({ run, error, onClose }: { run: Import; error: unknown; onClose: () => void }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelImport(run.id),
    onSuccess: (changed) => noteImport(client, changed),
  });
  const canCancel = run.state === "queued" || run.state === "running";
  return (
    <>
      <DialogBody>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          {error ? (
            <Alert tone="warn">
              {messageOf(error)} {words.unreachable}
            </Alert>
          ) : null}
          {run.progress.waiting && <Alert tone="warn">{words.waiting(run.progress.waiting)}</Alert>}
          <div>
            <p className="truncate font-medium">{run.file_name}</p>
            {run.options.dry_run && <p className="text-ink-2">{words.checkTitle}</p>}
          </div>
          <ImportMeter running={run} />
          <Outcomes of={run} />
          <Milestone run={run} />
          <p className="text-ink-3">{words.mayClose}</p>
          {cancel.error && <Alert>{messageOf(cancel.error)}</Alert>}
        </div>
      </DialogBody>
      <DialogFooter>
        {canCancel && (
          <Button pending={cancel.isPending} onClick={() => cancel.mutate()}>
            {words.cancelImport}
          </Button>
        )}
        <Button onClick={onClose}>{strings.common.close}</Button>
      </DialogFooter>
    </>
  );
}

/** Reads the progress out at every quarter only: a screen reader could say nothing else if it read out each change. */
function Milestone({ run }: { run: Import }) {
  const quarters = Math.floor(run.progress.fraction * 4);
  return (
    <p role="status" className="sr-only">
      {words.percent(quarters * 25)}
    </p>
  );
}

function Refused({ run }: { run: Import }) {
  return <Alert>{run.error ? asSentence(run.error) : words.wholeFileFailed}</Alert>;
}

function Checked({ run }: { run: Import }) {
  const { plan, failed } = run.progress;
  return (
    <>
      <div role="status" className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <p className="font-medium">{words.checked}</p>
        <Outcomes of={run} />
      </div>
      {plan && plan.length > 0 && <ImportPlan plan={plan} />}
      {failed > 0 && (
        <section aria-labelledby="import-failures" className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <div className="flex items-center justify-between gap-3">
            <h3 id="import-failures" className="font-medium">
              {words.wouldFail}
            </h3>
            <FailuresDownload id={run.id} />
          </div>
          <Failures id={run.id} />
        </section>
      )}
    </>
  );
}
