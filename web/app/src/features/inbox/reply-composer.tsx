import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Lock, MessageSquareQuote, Reply } from "lucide-react";
import { useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Kbd } from "@/components/ui/kbd";
import { Menu, MenuItem } from "@/components/ui/menu";
import { filledReply, loadReplies, openPlaceholders } from "@/features/canned/canned";
import { CommentField } from "@/features/discussion/comment-field";
import { type Draft, emptyDraft, useDraft } from "@/features/discussion/draft";
import { encodeMentions } from "@/features/discussion/mention";
import { createComment } from "@/features/discussion/timeline";
import { AttachButton, AttachmentPicker } from "@/features/file/attachment-picker";
import { DropZone } from "@/features/file/drop-zone";
import { useAttachments } from "@/features/file/use-attachments";
import { customersOf, type Item, itemKinds, stageText } from "@/features/inbox/item";
import { failed, itemChanged, refreshItems } from "@/features/inbox/items";
import { useSignal, useSigns } from "@/features/inbox/signs";
import { useSession } from "@/features/session/use-session";
import { cn } from "@/lib/cn";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.inbox;

/** Who reads what is written: customers a reply, the team alone a note. */
const modes = ["external", "internal"] as const;
type Mode = (typeof modes)[number];

const looks = { external: { icon: Reply, label: words.reply }, internal: { icon: Lock, label: words.note } };

/** What a reply may set the stage to on the way. */
const afterReply = {
  conversation: ["waiting_on_user", "hold", "resolved"],
  ticket: ["awaiting_customer_response", "resolved"],
};

type ReplyComposerProps = {
  item: Item;
  onSent: () => void;
};

/** Writes to the customer, or a note to the team. What was typed stays until it is sent, also when sending fails. */
export function ReplyComposer({ item, onSent }: ReplyComposerProps) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  // On a ticket the team talks among itself more often than not.
  const empty: Draft = { ...emptyDraft, visibility: item.type === "conversation" ? "external" : "internal" };
  const member = useSession()?.user.id ?? "";
  const [draft, setDraft] = useDraft(member, item.id, empty);
  const mode: Mode = draft.visibility === "external" ? "external" : "internal";
  const isNote = mode === "internal";
  const attachments = useAttachments(member, item.id);
  const { ids, isSending, hasFailed } = attachments;
  const sayTyping = useSignal(item.id, "typing");
  const [isFilling, setFilling] = useState(false);
  const send = useMutation({
    mutationFn: async (stage: string | undefined) => {
      const body = encodeMentions(draft.text, draft.mentions).trim();
      await createComment(client, item.id, { body, visibility: mode, ...(ids.length > 0 ? { artifacts: ids } : {}) });
      return { stage, sent: ids };
    },
    onSuccess: async ({ stage, sent }) => {
      setDraft(({ visibility }) => ({ ...empty, visibility }));
      attachments.clear(sent);
      onSent();
      // An answer moves a conversation on, too.
      void client.invalidateQueries({ queryKey: ["item", item.type] });
      void refreshItems(client);
      // What was said is said, so a stage that cannot be set is a message of its own.
      if (stage) {
        await itemKinds[item.type]
          .update(item.id, { stage: { name: stage } })
          .then((changed) => itemChanged(client, changed), failed);
      }
    },
  });
  const open = isNote ? [] : openPlaceholders(draft.text);
  const isEmpty = draft.text.trim() === "" && ids.length === 0;
  const isBlocked = isFilling || open.length > 0 || isSending || hasFailed || isEmpty;
  const submit = (stage?: string) => {
    if (!isBlocked && !send.isPending) send.mutate(stage);
  };
  const write = (next: Mode) => {
    setDraft({ ...draft, visibility: next });
    form.current?.querySelector("textarea")?.focus();
  };
  // What is typed meanwhile would be lost, and what is sent would lack the reply.
  const fill = (id: string) => {
    setFilling(true);
    return filledReply(id, item.id).finally(() => setFilling(false));
  };
  const insert = async (id: string) => {
    const text = await fill(id);
    setDraft((now) => {
      const before = now.text.trimEnd();
      return { ...now, text: before ? `${before}\n\n${text}` : text };
    });
    form.current?.querySelector("textarea")?.focus();
  };
  useHotkeys({ r: () => write("external"), n: () => write("internal") });
  return (
    <form
      ref={form}
      aria-label={isNote ? words.newNote : words.newReply}
      className={cn("grid gap-2 border-t px-4 py-3 sm:px-6", isNote ? "border-warn/40 bg-warn-soft" : "border-line")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="mx-auto grid w-full max-w-3xl gap-2">
        {send.error && <Alert>{messageOf(send.error)}</Alert>}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <ModeSwitch value={mode} onChange={write} />
          <p className={cn("min-w-0 flex-1 text-xs", isNote ? "text-warn" : "text-ink-3")}>
            {isNote ? words.noteHint : readersOf(item)}
          </p>
        </div>
        <Typing item={item} />
        <DropZone attachments={attachments} className="grid gap-2">
          <CommentField
            label={isNote ? words.writeNote : words.writeReply}
            placeholder={isNote ? words.notePlaceholder : words.replyPlaceholder}
            value={draft}
            readOnly={send.isPending || isFilling}
            onChange={(next) => {
              setDraft(next);
              // What the team notes is none of the customer's business, not even that it does.
              if (!isNote && next.text.trim() !== "") sayTyping();
            }}
            fillReply={fill}
            onEscape={() => form.current?.querySelector("textarea")?.blur()}
            className={cn(isNote && "border-warn/50")}
          />
          <AttachmentPicker attachments={attachments} />
        </DropZone>
        {open.length > 0 && <OpenPlaceholders open={open} onChoose={(one) => select(form.current, one)} />}
        <div className="flex items-center gap-2">
          <div className="flex min-w-0 flex-1 items-center gap-1">
            <AttachButton attachments={attachments} />
            <Combobox
              label={strings.canned.find}
              trigger={
                <Button size="icon" variant="ghost" aria-label={strings.canned.insert} title={strings.canned.insert}>
                  <MessageSquareQuote aria-hidden />
                </Button>
              }
              load={loadReplies}
              source="canned replies"
              chosen={[]}
              onChoose={({ value }) => void insert(value).catch(failed)}
            />
          </div>
          <span className="flex items-center gap-1 max-sm:hidden">
            <Kbd>Ctrl</Kbd>
            <Kbd>Enter</Kbd>
          </span>
          <span className="flex">
            <Button
              variant="primary"
              type="submit"
              disabled={isBlocked}
              pending={send.isPending}
              className={cn(!isNote && "rounded-r-none")}
            >
              {isNote ? words.addNote : words.send}
            </Button>
            {!isNote && (
              <Menu
                side="top"
                trigger={
                  <Button
                    variant="primary"
                    disabled={isBlocked || send.isPending}
                    aria-label={words.sendAnd}
                    className="rounded-l-none border-brand-ink/25 border-l px-2"
                  >
                    <ChevronDown aria-hidden />
                  </Button>
                }
              >
                {afterReply[item.type].map((stage) => (
                  <MenuItem key={stage} onSelect={() => submit(stage)}>
                    {words.sendWith(stageText(stage))}
                  </MenuItem>
                ))}
              </Menu>
            )}
          </span>
        </div>
      </div>
    </form>
  );
}

type OpenPlaceholdersProps = { open: string[]; onChoose: (placeholder: string) => void };

/** What no customer shall read: a press leads to where it stands. */
function OpenPlaceholders({ open, onChoose }: OpenPlaceholdersProps) {
  return (
    <Alert tone="warn">
      <p>{strings.canned.open}</p>
      <p className="mt-1.5 flex flex-wrap gap-1.5">
        {open.map((one) => (
          <button
            key={one}
            type="button"
            onClick={() => onChoose(one)}
            className="rounded-md border border-warn/40 bg-surface px-1.5 py-0.5 font-mono text-ink text-xs hover:bg-hover"
          >
            {one}
          </button>
        ))}
      </p>
    </Alert>
  );
}

function select(form: HTMLFormElement | null, text: string) {
  const field = form?.querySelector("textarea");
  const at = field?.value.indexOf(text) ?? -1;
  field?.focus();
  if (at >= 0) field?.setSelectionRange(at, at + text.length);
}

/** Who else is writing just now. */
function Typing({ item }: { item: Item }) {
  const names = useSigns(item.id, "typing");
  return (
    <p aria-live="polite" className="min-h-4 truncate text-ink-3 text-xs">
      {names.length > 0 && words.typing(names)}
    </p>
  );
}

function readersOf(item: Item): string {
  const count = customersOf(item).length;
  return count === 0 ? words.noReaders : words.replyHint(count);
}

function ModeSwitch({ value, onChange }: { value: Mode; onChange: (mode: Mode) => void }) {
  return (
    <fieldset className="flex w-fit gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{words.mode}</legend>
      {modes.map((mode) => {
        const { icon: Icon, label } = looks[mode];
        return (
          <button
            key={mode}
            type="button"
            aria-pressed={mode === value}
            onClick={() => onChange(mode)}
            className={cn(
              "flex h-7 items-center gap-1.5 rounded-md px-2.5 font-medium text-[0.8125rem] [&_svg]:size-3.5",
              mode === value ? "bg-raised text-ink shadow-xs" : "text-ink-2 hover:text-ink",
            )}
          >
            <Icon aria-hidden />
            {label}
          </button>
        );
      })}
    </fieldset>
  );
}
