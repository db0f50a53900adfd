import { Lock } from "lucide-react";
import { memo, type ReactNode, type RefObject, useState } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { ChangeEntry } from "@/features/discussion/change-entry";
import { CommentActions } from "@/features/discussion/comment-actions";
import { CommentEditor } from "@/features/discussion/comment-editor";
import { CommentText } from "@/features/discussion/comment-text";
import { EarlierEntries } from "@/features/discussion/earlier-entries";
import { ReactionBar } from "@/features/discussion/reaction-bar";
import { anchorOf, useShownEntry } from "@/features/discussion/shown-entry";
import { Thread, type ThreadState } from "@/features/discussion/thread";
import { inOrder, type TimelineEntry, timelineOf, wasEdited } from "@/features/discussion/timeline";
import { AttachmentList } from "@/features/file/attachment-list";
import type { Item } from "@/features/inbox/item";
import { useItemFields } from "@/features/inbox/item-fields";
import { useIsRemoved } from "@/features/inbox/items";
import { useSeen } from "@/features/inbox/seen";
import { nameOf } from "@/features/merge/merge";
import type { RecordField } from "@/features/record/field";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/format";
import { useGrowing } from "@/lib/growing";
import { useLive } from "@/lib/use-live";
import { strings } from "@/strings";

const words = strings.inbox;

type ChatProps = {
  item: Item;
  /** What stands before everything that was said, such as a ticket's text. */
  opening?: ReactNode;
  scroller: RefObject<HTMLElement | null>;
};

/** What was said and what happened, the latest at the bottom. */
export function Chat({ item, opening, scroller }: ChatProps) {
  const timeline = useGrowing(timelineOf(item.id, "all"));
  const shown = useShownEntry(timeline);
  useSeen(item, timeline.items);
  const isRemoved = useIsRemoved(item.id);
  useLive(isRemoved ? undefined : item.id, ["timeline", item.id], ["item", item.type, item.display_id]);
  return (
    // Upside down, so that the browser keeps the end in sight and its place when earlier entries come.
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={words.messages}
      className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto px-4 py-4 outline-offset-[-2px] sm:px-6"
    >
      <div className="mx-auto mb-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4">
        <QueryState query={timeline.query} loading={strings.discussion.loading}>
          {({ items }) => (
            <>
              {!timeline.hasMore && opening}
              <EarlierEntries timeline={timeline} />
              <Entries entries={inOrder(items)} item={item} shown={shown} />
            </>
          )}
        </QueryState>
      </div>
    </section>
  );
}

type EntriesProps = {
  entries: TimelineEntry[];
  item: Item /** The anchor of the one that the URL names. */;
  shown: string;
};

function Entries({ entries, item, shown }: EntriesProps) {
  const fields = useItemFields(item.type);
  return (
    <ol aria-label={words.messages} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {entries.map((entry, at) => {
        const day = formatDate(entry.created_date);
        const isNewDay = day !== formatDate(entries[at - 1]?.created_date);
        return (
          <li
            key={entry.id}
            id={anchorOf(entry.id)}
            data-shown={anchorOf(entry.id) === shown || undefined}
            className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-2xl data-shown:animate-mark"
          >
            {isNewDay && (
              <p className="flex items-center gap-3 text-ink-3 text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                {day}
              </p>
            )}
            <Entry entry={entry} fields={fields} shownOn={item.id} />
          </li>
        );
      })}
    </ol>
  );
}

type EntryProps = { entry: TimelineEntry; fields: readonly RecordField[]; shownOn: string };

const Entry = memo(function Entry({ entry, fields, shownOn }: EntryProps) {
  if (entry.type !== "timeline_comment") return <ChangeEntry entry={entry} fields={fields} shownOn={shownOn} />;
  if (entry.visibility === "internal" || entry.visibility === "private") return <Note entry={entry} />;
  return <Message entry={entry} />;
});

/** What the customer reads, or wrote: the customer's at the left, the team's at the right. */
function Message({ entry }: { entry: TimelineEntry }) {
  const [isEdited, setEdited] = useState(false);
  const author = entry.created_by;
  const name = author ? nameOf(author) : strings.discussion.kith;
  const isCustomers = author?.type === "rev_user";
  return (
    <article
      aria-label={isCustomers ? words.fromCustomer(name) : words.fromTeam(name)}
      className={cn("group/comment flex gap-2.5", !isCustomers && "flex-row-reverse")}
    >
      <Avatar name={name} seed={author?.id ?? ""} picture={author?.display_picture} className="mt-0.5 size-7" />
      <div className={cn("grid min-w-0 max-w-[85%] grid-cols-[minmax(0,1fr)] gap-1", isEdited && "flex-1")}>
        <Byline entry={entry} name={name} onEdit={isEdited ? undefined : () => setEdited(true)} />
        <div
          className={cn(
            "min-w-0 rounded-2xl border px-3.5 py-2.5",
            isCustomers ? "rounded-tl-md border-line bg-surface" : "rounded-tr-md border-transparent bg-brand-soft",
          )}
        >
          <Body entry={entry} isEdited={isEdited} onDone={() => setEdited(false)} />
        </div>
        <ReactionBar entry={entry} />
        <Answers entry={entry} />
      </div>
    </article>
  );
}

/** What only the team reads. It looks like no message, so that nobody takes it for one. */
function Note({ entry }: { entry: TimelineEntry }) {
  const [isEdited, setEdited] = useState(false);
  const name = entry.created_by ? nameOf(entry.created_by) : strings.discussion.kith;
  return (
    <article
      aria-label={words.noteOf(name)}
      className="group/comment grid grid-cols-[minmax(0,1fr)] gap-1 rounded-xl border border-warn/40 border-dashed bg-warn-soft px-3.5 py-2.5"
    >
      <div className="flex min-w-0 items-center gap-2">
        <span
          title={strings.discussion.visibilityHints[entry.visibility ?? "internal"]}
          className="flex shrink-0 items-center gap-1 font-medium text-warn text-xs"
        >
          <Lock aria-hidden className="size-3.5" />
          {entry.visibility === "private" ? words.privateNote : words.note}
        </span>
        <Byline entry={entry} name={name} onEdit={isEdited ? undefined : () => setEdited(true)} />
      </div>
      <Body entry={entry} isEdited={isEdited} onDone={() => setEdited(false)} />
      <ReactionBar entry={entry} />
      <Answers entry={entry} />
    </article>
  );
}

/** The thread of a message that was answered in one. */
function Answers({ entry }: { entry: TimelineEntry }) {
  const [thread, setThread] = useState<ThreadState>("closed");
  return <Thread entry={entry} state={thread} onChange={setThread} />;
}

type BylineProps = { entry: TimelineEntry; name: string; onEdit: (() => void) | undefined };

function Byline({ entry, name, onEdit }: BylineProps) {
  return (
    <p className="flex min-h-7 min-w-0 flex-1 items-center gap-x-2 text-[0.8125rem] text-ink-2">
      <span className="min-w-0 truncate font-medium text-ink" title={name}>
        {name}
      </span>
      <span className="whitespace-nowrap">
        <RelativeTime iso={entry.created_date} />
        {wasEdited(entry) && `, ${strings.discussion.edited}`}
      </span>
      {onEdit && <CommentActions entry={entry} onEdit={onEdit} />}
    </p>
  );
}

function Body({ entry, isEdited, onDone }: { entry: TimelineEntry; isEdited: boolean; onDone: () => void }) {
  if (isEdited) return <CommentEditor entry={entry} onDone={onDone} />;
  if (entry.is_deleted) return <p className="text-ink-2 italic">{strings.discussion.deleted}</p>;
  return (
    <>
      {entry.body && <CommentText text={entry.body} references={entry.references} />}
      <AttachmentList files={entry.artifacts ?? []} />
    </>
  );
}
