import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { type CannedReply, type ReplyDraft, refreshReplies, saveReply } from "@/features/canned/canned";
import { PlaceholderText } from "@/features/canned/placeholder-text";
import { CommentText } from "@/features/discussion/comment-text";
import { textOf, useFormErrors } from "@/lib/form";
import { toast } from "@/lib/toast";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

const words = strings.canned;
const maxShortcut = 64;
const maxTitle = 256;

/** The form of a canned reply: the one that is given, or a new one. */
export function ReplyDialog({ reply, onClose }: { reply?: CannedReply; onClose: () => void }) {
  const client = useQueryClient();
  const [body, setBody] = useState(reply?.body ?? "");
  const { formRef, errors, check, forgive, report } = useFormErrors();
  const save = useMutation({
    mutationFn: (draft: ReplyDraft) => saveReply(reply, draft),
    onSuccess: async (_, { title }) => {
      await refreshReplies(client);
      toast({ tone: "success", title: reply ? words.saved(title) : words.created(title) });
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const draft: ReplyDraft = {
      shortcut: textOf(data, "shortcut").replace(/^\//, ""),
      title: textOf(data, "title"),
      body,
      visibility: textOf(data, "visibility") === "shared" ? "shared" : "private",
    };
    const problems = {
      ...(draft.title === "" && { title: words.nameMissing }),
      ...(draft.shortcut === "" && { shortcut: words.shortcutMissing }),
      ...(body.trim() === "" && { body: words.bodyMissing }),
    };
    if (check(problems)) return;
    save.mutateAsync(draft).catch(report);
  };
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={reply ? words.editReply : words.newReply}>
      <form
        ref={formRef}
        onSubmit={submit}
        onInput={forgive}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {errors.form && <Alert>{errors.form}</Alert>}
        <Field name="title" label={words.name} error={errors.fields.title}>
          {(control) => (
            <Input {...control} autoFocus autoComplete="off" maxLength={maxTitle} defaultValue={reply?.title} />
          )}
        </Field>
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field name="shortcut" label={words.shortcut} hint={words.shortcutHint} error={errors.fields.shortcut}>
            {(control) => (
              <Input
                {...control}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={maxShortcut}
                placeholder="refund"
                defaultValue={reply?.shortcut}
              />
            )}
          </Field>
          <Field name="visibility" label={words.visibility} error={errors.fields.visibility}>
            {(control) => (
              <Select {...control} defaultValue={reply?.visibility ?? "shared"}>
                <option value="shared">{words.visibilities.shared}</option>
                <option value="private">{words.visibilities.private}</option>
              </Select>
            )}
          </Field>
        </div>
        <Field name="body" label={words.body} hint={words.bodyHint} error={errors.fields.body}>
          {(control) => <PlaceholderText control={control} rows={7} value={body} onChange={setBody} />}
        </Field>
        <Preview body={body} />
        <SubmitActions onCancel={onClose} pending={save.isPending}>
          {reply ? words.save : words.create}
        </SubmitActions>
      </form>
    </Dialog>
  );
}

/** What a customer would read. A text that cannot be filled in is refused when it is saved, with the reason. */
function Preview({ body }: { body: string }) {
  const wanted = useDebounced(body, 300);
  const filled = useQuery({
    queryKey: ["canned", "preview", wanted],
    queryFn: ({ signal }) => answer(api.POST("/canned-replies.render", { body: { body: wanted }, signal })),
    enabled: wanted.trim() !== "",
    retry: false,
    placeholderData: (previous) => previous,
  });
  if (body.trim() === "" || !filled.data) return null;
  return (
    <section aria-label={words.preview} className="grid gap-1.5">
      <p className="text-ink-3 text-xs">
        {words.preview}. {words.previewHint}
      </p>
      <div className="max-h-52 overflow-y-auto rounded-2xl rounded-tr-md bg-brand-soft px-3.5 py-2.5">
        <CommentText text={filled.data.body} />
      </div>
    </section>
  );
}
