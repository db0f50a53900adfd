import { MessagesSquare } from "lucide-react";
import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { CommentEntry } from "@/features/discussion/comment-entry";
import { Composer } from "@/features/discussion/composer";
import { EarlierEntries } from "@/features/discussion/earlier-entries";
import { inOrder, type TimelineEntry, timelineOf } from "@/features/discussion/timeline";
import { useGrowing } from "@/lib/growing";
import { useLive } from "@/lib/use-live";
import { strings } from "@/strings";

const words = strings.discussion;

/** Open to be read, or to be answered in. */
export type ThreadState = "closed" | "read" | "answered";

type ThreadProps = { entry: TimelineEntry; state: ThreadState; onChange: (state: ThreadState) => void };

/** The answers to a comment, folded below it. */
export function Thread({ entry, state, onChange }: ThreadProps) {
  const isOpen = state !== "closed";
  const count = entry.thread?.total_replies ?? 0;
  if (count === 0 && !isOpen) return null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {count > 0 && (
        <Button
          size="sm"
          variant="ghost"
          aria-expanded={isOpen}
          className="-ml-2 justify-self-start"
          onClick={() => onChange(isOpen ? "closed" : "read")}
        >
          <MessagesSquare aria-hidden />
          {words.replies(count)}
        </Button>
      )}
      {isOpen && <Replies entry={entry} isAnswered={state === "answered"} />}
    </div>
  );
}

function Replies({ entry, isAnswered }: { entry: TimelineEntry; isAnswered: boolean }) {
  const timeline = useGrowing(timelineOf(entry.id, "comments"));
  useLive(entry.object, ["timeline", entry.id]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 border-line border-l-2 pl-3 sm:pl-4">
      <QueryState query={timeline.query} loading={words.loadingReplies} bars={1}>
        {({ items }) => (
          <>
            <EarlierEntries timeline={timeline} />
            {items.length > 0 && (
              <ol aria-label={words.thread} className="grid grid-cols-[minmax(0,1fr)] gap-3">
                {inOrder(items).map((reply) => (
                  <li key={reply.id}>
                    <CommentEntry entry={reply} shownOn={entry.id} usual={entry.visibility} />
                  </li>
                ))}
              </ol>
            )}
          </>
        )}
      </QueryState>
      {!entry.is_deleted && (
        <Composer object={entry.id} answers={entry} autoFocus={isAnswered} onSent={() => undefined} />
      )}
    </div>
  );
}
