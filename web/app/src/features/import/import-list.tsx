import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Building2, UsersRound } from "lucide-react";
import { useState } from "react";
import { asSentence, messageOf } from "@/api/client";
import { RelativeTime } from "@/components/relative-time";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import {
  cancelImport,
  hasMoreToTell,
  type Import,
  importQuery,
  isOver,
  noteImport,
  undoImport,
} from "@/features/import/import";
import { ImportMeter, Outcomes } from "@/features/import/import-progress";
import { followImport, showFailures } from "@/features/import/import-store";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.imports;

export function ImportList({ imports }: { imports: Import[] }) {
  const [undoing, setUndoing] = useState<Import>();
  return (
    <>
      <ul
        aria-label={words.list}
        className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-panel"
      >
        {imports.map((listed) => (
          <ImportRow key={listed.id} listed={listed} onUndo={setUndoing} />
        ))}
      </ul>
      {undoing && <UndoDialog target={undoing} onClose={() => setUndoing(undefined)} />}
    </>
  );
}

const icons = { contacts: UsersRound, accounts: Building2 };

function ImportRow({ listed, onUndo }: { listed: Import; onUndo: (target: Import) => void }) {
  // The list does not tell how far an import is.
  const live = useQuery({ ...importQuery(listed.id), enabled: !isOver(listed) });
  const shown = isOver(listed) ? listed : (live.data ?? listed);
  const Icon = shown.type === "accounts" ? icons.accounts : icons.contacts;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3 max-sm:hidden" />
      <div className="grid min-w-0 flex-1 basis-40 gap-1">
        <RowTitle shown={shown} />
        <RowMeta shown={shown} />
      </div>
      <div className="order-last grid basis-full gap-2 sm:pl-8 lg:order-none lg:basis-2/5 lg:pl-0">
        {isOver(shown) ? <Outcomes of={shown} /> : <ImportMeter running={shown} />}
        {shown.progress.waiting && !isOver(shown) && <Alert tone="warn">{words.waiting(shown.progress.waiting)}</Alert>}
        {shown.error && <Alert>{asSentence(shown.error)}</Alert>}
      </div>
      <RowActions shown={shown} onUndo={() => onUndo(shown)} />
    </li>
  );
}

const tones = {
  queued: "neutral",
  running: "brand",
  completed: "brand",
  failed: "danger",
  cancelling: "neutral",
  cancelled: "neutral",
  undoing: "warn",
  undone: "neutral",
} as const;

function RowTitle({ shown }: { shown: Import }) {
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
      <span className="min-w-0 truncate font-medium" title={shown.file_name}>
        {shown.file_name}
      </span>
      <Badge tone={tones[shown.state]}>{words.states[shown.state]}</Badge>
      {shown.options.dry_run && <Badge>{words.check}</Badge>}
    </p>
  );
}

function RowMeta({ shown }: { shown: Import }) {
  const author = shown.created_by?.display_name;
  return (
    <p className="flex flex-wrap gap-x-1.5 text-[0.8125rem] text-ink-3">
      <span>{words.types[shown.type === "accounts" ? "accounts" : "contacts"]}</span>
      <span aria-hidden>·</span>
      <span>{shown.display_id}</span>
      <span aria-hidden className="max-sm:hidden">
        ·
      </span>
      <span className="max-sm:basis-full">
        <RelativeTime iso={shown.created_date} />
        {author && ` ${words.by(author)}`}
      </span>
    </p>
  );
}

function RowActions({ shown, onUndo }: { shown: Import; onUndo: () => void }) {
  const { file_name: name, state } = shown;
  // Of a check nothing can be taken back, and the server refuses what is under way.
  const canUndo = !shown.options.dry_run && (state === "completed" || state === "cancelled" || state === "failed");
  return (
    <div className="flex justify-end gap-2 lg:w-40">
      {hasMoreToTell(shown) && (
        <Button size="sm" aria-label={words.errorsButton(name)} onClick={() => showFailures(shown.id)}>
          {shown.progress.failed > 0 ? words.errors : words.details}
        </Button>
      )}
      {(state === "queued" || state === "running") && <CancelButton target={shown} />}
      {canUndo && (
        <Button size="sm" aria-label={words.undoButton(name)} onClick={onUndo}>
          {words.undo}
        </Button>
      )}
    </div>
  );
}

function CancelButton({ target }: { target: Import }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelImport(target.id),
    onSuccess: async (changed) => {
      await noteImport(client, changed);
      followImport(changed.id);
    },
    onError: (error) =>
      toast({ tone: "danger", title: words.cancelFailed(target.file_name), detail: messageOf(error) }),
  });
  return (
    <Button
      size="sm"
      pending={cancel.isPending}
      aria-label={words.cancelButton(target.file_name)}
      onClick={() => cancel.mutate()}
    >
      {words.cancel}
    </Button>
  );
}

function UndoDialog({ target, onClose }: { target: Import; onClose: () => void }) {
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: () => undoImport(target.id),
    onSuccess: async (changed) => {
      await noteImport(client, changed);
      followImport(changed.id);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.undoQuestion(target.file_name)}
      description={words.undoText}
      action={words.undoAction}
      pending={undo.isPending}
      error={undo.error ? messageOf(undo.error) : undefined}
      onConfirm={() => undo.mutate()}
    />
  );
}
