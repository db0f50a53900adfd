import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { Textarea } from "@/components/ui/textarea";
import { type CannedReply, slashBefore, useReplies } from "@/features/canned/canned";
import { ReplyOptions } from "@/features/canned/reply-options";
import { addMention, type Mention, mentionBefore } from "@/features/discussion/mention";
import { MentionList } from "@/features/discussion/mention-list";
import { type Mentionable, useMentionables } from "@/features/discussion/use-mentionables";
import { cn } from "@/lib/cn";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

type Value = { text: string; mentions: Mention[] };

type CommentFieldProps<V extends Value> = {
  label: string;
  value: V;
  onChange: (value: V) => void;
  onEscape?: () => void;
  /** Offers canned replies after a slash, and fills in the one with this id. Nothing may be typed or sent meanwhile. */
  fillReply?: (id: string) => Promise<string>;
  placeholder?: string;
  autoFocus?: boolean;
  readOnly?: boolean;
  className?: string;
};

const mostRows = 12;

const failed = (error: Error) => toast({ tone: "danger", title: messageOf(error) });

/** Where a comment is written: it grows with its text, sends on Ctrl or ⌘ Enter, and offers names after an @ and replies after a /. */
export function CommentField<V extends Value>({
  label,
  value,
  onChange,
  onEscape,
  fillReply,
  className,
  ...rest
}: CommentFieldProps<V>) {
  const field = useRef<HTMLTextAreaElement>(null);
  const caretTo = useRef<number>(undefined);
  const listId = useId();
  const [typed, setTyped] = useState<string>();
  const [active, setActive] = useState(0);
  const found = useMentionables(typed);
  const [slash, setSlash] = useState<string>();
  const replies = useReplies(slash);
  const offered = typed !== undefined ? found.length : slash !== undefined ? replies.length : 0;
  const isOpen = offered > 0;

  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });

  // The caret goes behind a chosen name once the field has the new text, before another key can be pressed.
  useLayoutEffect(() => {
    if (caretTo.current === undefined) return;
    field.current?.setSelectionRange(caretTo.current, caretTo.current);
    caretTo.current = undefined;
  });

  const look = (text: string) => {
    const caret = field.current?.selectionStart ?? text.length;
    const next = mentionBefore(text, caret, value.mentions);
    const nextSlash = fillReply && next === undefined ? slashBefore(text, caret) : undefined;
    if (next !== typed || nextSlash !== slash) setActive(0);
    setTyped(next);
    setSlash(nextSlash);
  };
  const close = () => {
    setTyped(undefined);
    setSlash(undefined);
  };
  const choose = ({ id, name, displayId }: Mentionable) => {
    const caret = field.current?.selectionStart ?? value.text.length;
    const mentions = [...value.mentions];
    const head = `${value.text.slice(0, caret - (typed ?? "").length)}${addMention(mentions, id, name, displayId)} `;
    onChange({ ...value, text: head + value.text.slice(caret).replace(/^ /, ""), mentions });
    close();
    caretTo.current = head.length;
  };
  const insert = ({ id }: CannedReply) => {
    const caret = field.current?.selectionStart ?? value.text.length;
    const head = value.text.slice(0, caret - (slash ?? "").length - 1);
    close();
    fillReply?.(id).then((text) => {
      onChange({ ...latest.current, text: head + text + value.text.slice(caret) });
      caretTo.current = head.length + text.length;
    }, failed);
  };
  const chooseActive = () => {
    const [mention, reply] = [found[active], replies[active]];
    if (typed !== undefined && mention) choose(mention);
    else if (slash !== undefined && reply) insert(reply);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isEnter = event.key === "Enter" && !event.nativeEvent.isComposing;
    if (isEnter && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
    } else if (isOpen && (isEnter || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      chooseActive();
    } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setActive((active + (event.key === "ArrowDown" ? 1 : offered - 1)) % offered);
    } else if (event.key === "Escape") {
      if (isOpen) close();
      else onEscape?.();
    }
  };
  return (
    <div className="relative">
      <Textarea
        ref={field}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={isOpen ? `${listId}-${active}` : undefined}
        rows={Math.min(Math.max(2, value.text.split("\n").length), mostRows)}
        className={cn("field-sizing-content max-h-72 min-h-16 resize-none", className)}
        value={value.text}
        onChange={(event) => {
          onChange({ ...value, text: event.target.value });
          look(event.target.value);
        }}
        onBlur={close}
        onKeyDown={onKeyDown}
        {...rest}
      />
      {isOpen && typed !== undefined && <MentionList id={listId} found={found} active={active} onChoose={choose} />}
      {isOpen && typed === undefined && <ReplyOptions id={listId} found={replies} active={active} onChoose={insert} />}
      <span role="status" className="sr-only">
        {isOpen ? strings.discussion.found(offered) : ""}
      </span>
    </div>
  );
}
