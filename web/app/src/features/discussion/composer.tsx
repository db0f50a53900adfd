import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { Select } from "@/components/ui/select";
import { CommentField } from "@/features/discussion/comment-field";
import { emptyDraft, useDraft } from "@/features/discussion/draft";
import { encodeMentions } from "@/features/discussion/mention";
import { createComment, type TimelineEntry, type Visibility } from "@/features/discussion/timeline";
import { AttachButton, AttachmentPicker } from "@/features/file/attachment-picker";
import { DropZone } from "@/features/file/drop-zone";
import { useAttachments } from "@/features/file/use-attachments";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.discussion;
const visibilities: Visibility[] = ["internal", "private", "external", "public"];

type ComposerProps = {
  object: string;
  /** The comment that is answered. */
  answers?: TimelineEntry;
  autoFocus?: boolean;
  onSent: () => void;
};

/** Who reads a thread: whoever reads what is answered, but in a conversation the team alone. */
function threadVisibility({ object_type, visibility }: TimelineEntry): Visibility | undefined {
  const isShown = visibility === "external" || visibility === "public";
  return isShown && object_type === "conversation" ? "internal" : visibility;
}

/** Writes a comment on a record. What was typed stays until it is sent, also when sending fails. */
export function Composer({ object, answers, autoFocus = false, onSent }: ComposerProps) {
  const client = useQueryClient();
  const member = useSession()?.user.id ?? "";
  const [draft, setDraft] = useDraft(member, object);
  const attachments = useAttachments(member, object);
  const { ids, isSending, hasFailed } = attachments;
  const answered = answers && threadVisibility(answers);
  const isEmpty = draft.text.trim() === "" && ids.length === 0;
  const send = useMutation({
    mutationFn: async () => {
      const body = encodeMentions(draft.text, draft.mentions).trim();
      const files = ids.length > 0 ? { artifacts: ids } : {};
      await createComment(client, object, { body, visibility: answered ?? draft.visibility, ...files });
      return ids;
    },
    onSuccess: (sent) => {
      setDraft(emptyDraft);
      attachments.clear(sent);
      onSent();
    },
  });
  return (
    <form
      aria-label={answers ? words.replyComposer : words.composer}
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty && !isSending && !hasFailed && !send.isPending) send.mutate();
      }}
    >
      {send.error && <Alert>{messageOf(send.error)}</Alert>}
      <DropZone attachments={attachments} className="grid gap-2">
        <CommentField
          label={answers ? words.writeReply : words.write}
          placeholder={answers ? words.replyPlaceholder : words.placeholder}
          value={draft}
          onChange={setDraft}
          autoFocus={autoFocus}
          readOnly={send.isPending}
        />
        <AttachmentPicker attachments={attachments} />
      </DropZone>
      <div className="flex flex-wrap items-center gap-2">
        <AttachButton attachments={attachments} />
        {!answers && (
          <div className="w-32">
            <Select
              aria-label={words.visibility}
              title={words.visibilityHints[draft.visibility]}
              value={draft.visibility}
              onChange={(event) => setDraft({ ...draft, visibility: event.target.value as Visibility })}
            >
              {visibilities.map((name) => (
                <option key={name} value={name}>
                  {words.visibilities[name]}
                </option>
              ))}
            </Select>
          </div>
        )}
        <span className="min-w-0 flex-1 text-ink-3 text-xs">
          {answers
            ? answered === answers.visibility
              ? words.replyHint
              : words.visibilityHints.internal
            : words.visibilityHints[draft.visibility]}
        </span>
        <span className="flex items-center gap-1 max-sm:hidden">
          <Kbd>Ctrl</Kbd>
          <Kbd>Enter</Kbd>
        </span>
        <Button variant="primary" type="submit" disabled={isEmpty || isSending || hasFailed} pending={send.isPending}>
          {answers ? words.sendReply : words.send}
        </Button>
      </div>
    </form>
  );
}
