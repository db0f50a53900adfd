import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { Textarea } from "@/components/ui/textarea";
import { addMention, type Mention, mentionBefore } from "@/features/discussion/mention";
import { MentionList } from "@/features/discussion/mention-list";
import { type Mentionable, useMentionables } from "@/features/discussion/use-mentionables";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type Value = { text: string; mentions: Mention[] };

type CommentFieldProps<V extends Value> = {
  label: string;
  value: V;
  onChange: (value: V) => void;
  onEscape?: () => void;
  placeholder?: string;
  autoFocus?: boolean;
  readOnly?: boolean;
  className?: string;
};

const mostRows = 12;

/** Where a comment is written: it grows with its text, sends on Ctrl or ⌘ Enter, and offers names after an @. */
export function CommentField<V extends Value>({
  label,
  value,
  onChange,
  onEscape,
  className,
  ...rest
}: CommentFieldProps<V>) {
  const field = useRef<HTMLTextAreaElement>(null);
  const caretTo = useRef<number>(undefined);
  const listId = useId();
  const [typed, setTyped] = useState<string>();
  const [active, setActive] = useState(0);
  const found = useMentionables(typed);
  const isOpen = typed !== undefined && found.length > 0;

  // The caret goes behind a chosen name once the field has the new text, before another key can be pressed.
  useLayoutEffect(() => {
    if (caretTo.current === undefined) return;
    field.current?.setSelectionRange(caretTo.current, caretTo.current);
    caretTo.current = undefined;
  });

  const look = (text: string) => {
    const next = mentionBefore(text, field.current?.selectionStart ?? text.length, value.mentions);
    if (next !== typed) setActive(0);
    setTyped(next);
  };
  const choose = ({ id, name, displayId }: Mentionable) => {
    const caret = field.current?.selectionStart ?? value.text.length;
    const mentions = [...value.mentions];
    const head = `${value.text.slice(0, caret - (typed ?? "").length)}${addMention(mentions, id, name, displayId)} `;
    onChange({ ...value, text: head + value.text.slice(caret).replace(/^ /, ""), mentions });
    setTyped(undefined);
    caretTo.current = head.length;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isEnter = event.key === "Enter" && !event.nativeEvent.isComposing;
    if (isEnter && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
    } else if (isOpen && (isEnter || event.key === "Tab") && !event.shiftKey) {
      const chosen = found[active];
      if (!chosen) return;
      event.preventDefault();
      choose(chosen);
    } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setActive((active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Escape") {
      if (isOpen) setTyped(undefined);
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
        onBlur={() => setTyped(undefined)}
        onKeyDown={onKeyDown}
        {...rest}
      />
      {isOpen && <MentionList id={listId} found={found} active={active} onChoose={choose} />}
      <span role="status" className="sr-only">
        {isOpen ? strings.discussion.found(found.length) : ""}
      </span>
    </div>
  );
}
