import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MessageSquareReply, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { SmallButton } from "@/components/ui/small-button";
import { ReactButton } from "@/features/discussion/reaction-bar";
import { deleteComment, type TimelineEntry } from "@/features/discussion/timeline";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.discussion;

/** Shown when one points at the comment, or comes there by keyboard, and always on phones. */
const onHover =
  "size-7 opacity-0 focus-visible:opacity-100 group-focus-within/comment:opacity-100 group-hover/comment:opacity-100 max-md:opacity-100";

type CommentActionsProps = { entry: TimelineEntry; onEdit: () => void; onReply?: (() => void) | undefined };

/**
 * What one may do with a comment: react to it, answer it; its author changes it, or takes it back. Shown when the
 * element around, a group/comment, is pointed at.
 */
export function CommentActions({ entry, onEdit, onReply }: CommentActionsProps) {
  const [isDeleting, setDeleting] = useState(false);
  const isOwn = useSession()?.user.id === entry.created_by?.id;
  if (entry.is_deleted) return null;
  return (
    <span className="ml-auto flex">
      <ReactButton entry={entry} className={onHover} />
      {onReply && <SmallButton icon={MessageSquareReply} label={words.reply} onClick={onReply} className={onHover} />}
      {isOwn && (
        <>
          <SmallButton icon={Pencil} label={words.edit} onClick={onEdit} className={onHover} />
          <SmallButton icon={Trash2} label={words.delete} onClick={() => setDeleting(true)} className={onHover} />
        </>
      )}
      {isDeleting && <DeleteDialog entry={entry} onClose={() => setDeleting(false)} />}
    </span>
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
