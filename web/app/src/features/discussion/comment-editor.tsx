import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CommentField } from "@/features/discussion/comment-field";
import { decodeMentions, encodeMentions } from "@/features/discussion/mention";
import { type TimelineEntry, updateComment } from "@/features/discussion/timeline";
import { strings } from "@/strings";

type CommentEditorProps = { entry: TimelineEntry; onDone: () => void };

/** A comment's text where it stands, to be changed. */
export function CommentEditor({ entry, onDone }: CommentEditorProps) {
  const client = useQueryClient();
  const [value, setValue] = useState(() => decodeMentions(entry.body ?? "", entry.references));
  const save = useMutation({
    mutationFn: () => updateComment(client, entry, encodeMentions(value.text, value.mentions).trim()),
    onSuccess: onDone,
  });
  const isEmpty = value.text.trim() === "" && !entry.artifacts;
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty && !save.isPending) save.mutate();
      }}
    >
      <CommentField
        label={strings.discussion.editLabel}
        value={value}
        onChange={setValue}
        onEscape={onDone}
        autoFocus
      />
      {save.error && <Alert>{messageOf(save.error)}</Alert>}
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onDone}>
          {strings.common.cancel}
        </Button>
        <Button size="sm" variant="primary" type="submit" disabled={isEmpty} pending={save.isPending}>
          {strings.common.save}
        </Button>
      </div>
    </form>
  );
}
