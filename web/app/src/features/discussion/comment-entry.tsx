import { useState } from "react";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { CommentActions } from "@/features/discussion/comment-actions";
import { CommentEditor } from "@/features/discussion/comment-editor";
import { CommentText } from "@/features/discussion/comment-text";
import { EntryPlace } from "@/features/discussion/entry-place";
import { ReactionBar } from "@/features/discussion/reaction-bar";
import { type TimelineEntry, type Visibility, wasEdited } from "@/features/discussion/timeline";
import { AttachmentList } from "@/features/file/attachment-list";
import { nameOf } from "@/features/merge/merge";
import { strings } from "@/strings";

const words = strings.discussion;

type CommentEntryProps = {
  entry: TimelineEntry;
  shownOn: string;
  onReply?: () => void;
  /** Who reads what stands around it, which need not be said again. */
  usual?: Visibility | undefined;
};

/** A comment: who wrote it, when and for whom; its author may change it and take it back. */
export function CommentEntry({ entry, shownOn, onReply, usual }: CommentEntryProps) {
  const [isEdited, setEdited] = useState(false);
  const author = entry.created_by;
  const name = author ? nameOf(author) : words.kith;
  const { visibility = "internal" } = entry;
  return (
    <div className="group/comment flex gap-3">
      <Avatar name={name} seed={author?.id ?? ""} picture={author?.display_picture} className="size-7" />
      <div className="grid min-w-0 flex-1 gap-1">
        <div className="flex min-h-7 flex-wrap items-center gap-x-2">
          <span className="min-w-0 break-words font-medium">{name}</span>
          <span className="text-[0.8125rem] text-ink-3">
            <EntryPlace entry={entry} shownOn={shownOn} />
            <RelativeTime iso={entry.created_date} />
            {wasEdited(entry) && `, ${words.edited}`}
          </span>
          {visibility !== usual && (
            <Badge tone={visibility === "internal" ? "neutral" : "warn"} title={words.visibilityHints[visibility]}>
              {words.visibilities[visibility]}
            </Badge>
          )}
          {!isEdited && <CommentActions entry={entry} onEdit={() => setEdited(true)} onReply={onReply} />}
        </div>
        {isEdited ? (
          <CommentEditor entry={entry} onDone={() => setEdited(false)} />
        ) : entry.is_deleted ? (
          <p className="text-ink-3 italic">{words.deleted}</p>
        ) : (
          entry.body && <CommentText text={entry.body} references={entry.references} />
        )}
        <AttachmentList files={entry.artifacts ?? []} />
        <ReactionBar entry={entry} />
      </div>
    </div>
  );
}
