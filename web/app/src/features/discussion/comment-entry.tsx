import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CommentEditor } from "@/features/discussion/comment-editor";
import { CommentText } from "@/features/discussion/comment-text";
import { EntryPlace } from "@/features/discussion/entry-place";
import { deleteComment, type TimelineEntry } from "@/features/discussion/timeline";
import { AttachmentList } from "@/features/file/attachment-list";
import { nameOf } from "@/features/merge/merge";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.discussion;

type CommentEntryProps = { entry: TimelineEntry; shownOn: string };

/** A comment: who wrote it, when and for whom; its author may change it and take it back. */
export function CommentEntry({ entry, shownOn }: CommentEntryProps) {
  const [open, setOpen] = useState<"edit" | "delete">();
  const author = entry.created_by;
  const isOwn = useSession()?.user.id === author?.id;
  const name = author ? nameOf(author) : words.kith;
  const { visibility = "internal" } = entry;
  const isEdited = !entry.is_deleted && entry.modified_date !== entry.created_date;
  const close = () => setOpen(undefined);
  return (
    <div className="group/comment flex gap-3">
      <Avatar name={name} seed={author?.id ?? ""} className="size-7" />
      <div className="grid min-w-0 flex-1 gap-1">
        <div className="flex min-h-7 flex-wrap items-center gap-x-2">
          <span className="min-w-0 break-words font-medium">{name}</span>
          <span className="text-[0.8125rem] text-ink-3">
            <EntryPlace entry={entry} shownOn={shownOn} />
            <RelativeTime iso={entry.created_date} />
            {isEdited && `, ${words.edited}`}
          </span>
          <Badge tone={visibility === "internal" ? "neutral" : "warn"} title={words.visibilityHints[visibility]}>
            {words.visibilities[visibility]}
          </Badge>
          {isOwn && !entry.is_deleted && open !== "edit" && (
            <span className="ml-auto flex">
              <Action icon={Pencil} label={words.edit} onClick={() => setOpen("edit")} />
              <Action icon={Trash2} label={words.delete} onClick={() => setOpen("delete")} />
            </span>
          )}
        </div>
        {open === "edit" ? (
          <CommentEditor entry={entry} onDone={close} />
        ) : entry.is_deleted ? (
          <p className="text-ink-3 italic">{words.deleted}</p>
        ) : (
          entry.body && <CommentText text={entry.body} references={entry.references} />
        )}
        <AttachmentList files={entry.artifacts ?? []} />
      </div>
      {open === "delete" && <DeleteDialog entry={entry} onClose={close} />}
    </div>
  );
}

type ActionProps = { icon: typeof Pencil; label: string; onClick: () => void };

function Action({ icon: Icon, label, onClick }: ActionProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="grid size-7 shrink-0 place-items-center rounded-md text-ink-3 opacity-0 hover:bg-hover hover:text-ink focus-visible:opacity-100 group-focus-within/comment:opacity-100 group-hover/comment:opacity-100 max-md:opacity-100"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

function DeleteDialog({ entry, onClose }: { entry: TimelineEntry; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({ mutationFn: () => deleteComment(client, entry), onSuccess: onClose });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.deleteTitle}
      description={words.deleteText}
      action={strings.common.delete}
      pending={remove.isPending}
      error={remove.error ? messageOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  );
}
