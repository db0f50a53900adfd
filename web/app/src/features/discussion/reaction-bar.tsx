import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { SmilePlus } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Popover } from "@/components/ui/popover";
import { emojiOf, offered, type Reaction, react, reactorsQuery } from "@/features/discussion/reaction";
import type { TimelineEntry } from "@/features/discussion/timeline";
import { nameOf } from "@/features/merge/merge";
import { cn } from "@/lib/cn";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.discussion;

function useReact(entry: TimelineEntry) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ emoji, on }: { emoji: string; on: boolean }) => react(client, entry, emoji, on),
    onError: (error) => toast({ tone: "danger", title: messageOf(error) }),
  });
}

type ReactionBarProps = { entry: TimelineEntry };

/** How people reacted to a comment; one press joins them, another leaves them. Nothing while nobody has. */
export function ReactionBar({ entry }: ReactionBarProps) {
  const change = useReact(entry);
  const { reactions = [] } = entry;
  if (reactions.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1">
      {reactions.map((reaction) => (
        <Chip
          key={reaction.emoji}
          comment={entry.id}
          reaction={reaction}
          onPress={() => change.mutate({ emoji: reaction.emoji, on: !reaction.reacted })}
        />
      ))}
      <ReactButton entry={entry} align="start" className="size-7 rounded-full border border-line" />
    </div>
  );
}

function Chip({ comment, reaction, onPress }: { comment: string; reaction: Reaction; onPress: () => void }) {
  const { emoji, total_users: total, reacted = false } = reaction;
  const [isLookedAt, setLookedAt] = useState(false);
  const { data } = useQuery({ ...reactorsQuery(comment, emoji), enabled: isLookedAt });
  const names = data?.reactors.map(nameOf);
  return (
    <button
      type="button"
      aria-pressed={reacted}
      aria-label={words.reaction(emojiOf(emoji), total)}
      title={names && words.reactors(names, Math.max(0, total - names.length))}
      onPointerEnter={() => setLookedAt(true)}
      onFocus={() => setLookedAt(true)}
      onClick={onPress}
      className={cn(
        "flex h-7 items-center gap-1.5 rounded-full border px-2 text-[0.8125rem] tabular-nums hover:border-line-strong",
        reacted ? "border-brand bg-brand-soft text-ink" : "border-line bg-surface text-ink-2",
      )}
    >
      <span aria-hidden>{emojiOf(emoji)}</span>
      {total}
    </button>
  );
}

type ReactButtonProps = { entry: TimelineEntry; className?: string; align?: "start" | "end" };

/** Offers a few emojis to react with. */
export function ReactButton({ entry, className, align = "end" }: ReactButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const change = useReact(entry);
  const mine = new Set(entry.reactions?.filter(({ reacted }) => reacted).map(({ emoji }) => emoji));
  return (
    <Popover
      label={words.react}
      align={align}
      open={isOpen}
      onOpenChange={setOpen}
      className="flex w-auto gap-0.5 p-1.5"
      trigger={
        <button
          type="button"
          aria-label={words.react}
          title={words.react}
          className={cn(
            "grid size-6 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink data-[state=open]:opacity-100 [&_svg]:size-3.5",
            className,
          )}
        >
          <SmilePlus aria-hidden />
        </button>
      }
    >
      {offered.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={mine.has(emoji)}
          aria-label={words.reactWith(emojiOf(emoji))}
          onClick={() => {
            change.mutate({ emoji, on: !mine.has(emoji) });
            setOpen(false);
          }}
          className="grid size-9 place-items-center rounded-lg text-lg hover:bg-hover aria-pressed:bg-brand-soft"
        >
          <span aria-hidden>{emojiOf(emoji)}</span>
        </button>
      ))}
    </Popover>
  );
}
