import { useRef, useState } from "react";
import { QueryState } from "@/components/query-state";
import { ChangeEntry } from "@/features/discussion/change-entry";
import { CommentEntry } from "@/features/discussion/comment-entry";
import { Composer } from "@/features/discussion/composer";
import { EarlierEntries } from "@/features/discussion/earlier-entries";
import { PartSwitch } from "@/features/discussion/part-switch";
import { anchorOf, useShownEntry } from "@/features/discussion/shown-entry";
import { Thread, type ThreadState } from "@/features/discussion/thread";
import { inOrder, type TimelineEntry, type TimelinePart, timelineOf } from "@/features/discussion/timeline";
import type { RecordField } from "@/features/record/field";
import { useGrowing } from "@/lib/growing";
import { useLive } from "@/lib/use-live";
import { strings } from "@/strings";

const words = strings.discussion;

type DiscussionProps = {
  /** Of the record, in whose words changes are told. */
  fields: readonly RecordField[];
  object: string;
  part: TimelinePart;
  onPartChange: (part: TimelinePart) => void;
};

/** What the team says about a record and what happened to it, the latest at the bottom, where one writes. */
export function Discussion({ fields, object, part, onPartChange }: DiscussionProps) {
  const timeline = useGrowing(timelineOf(object, part));
  const shown = useShownEntry(timeline);
  useLive(object, ["timeline", object]);
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div className="flex h-full flex-col">
      <div className="px-4 pt-3 sm:px-6">
        <PartSwitch value={part} onChange={onPartChange} />
      </div>
      {/* Upside down, so that the browser keeps the end in sight and its place when earlier entries come. */}
      <div ref={scroller} className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto px-4 py-4 sm:px-6">
        <div className="mb-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4">
          <QueryState query={timeline.query} loading={words.loading}>
            {({ items }) => (
              <>
                <EarlierEntries timeline={timeline} />
                <Entries entries={inOrder(items)} {...{ fields, object, part, shown }} />
              </>
            )}
          </QueryState>
        </div>
      </div>
      {part !== "changes" && (
        <div className="border-line border-t bg-surface px-4 py-3 sm:px-6">
          <div className="max-w-3xl">
            <Composer
              key={object}
              object={object}
              onSent={() => {
                if (scroller.current) scroller.current.scrollTop = 0;
              }}
            />
          </div>
        </div>
      )}
    </div>
  );
}

type EntriesProps = {
  entries: TimelineEntry[];
  fields: readonly RecordField[];
  object: string;
  part: TimelinePart;
  shown: string;
};

function Entries({ entries, fields, object, part, shown }: EntriesProps) {
  if (entries.length === 0) return <p className="text-ink-2">{words.none[part]}</p>;
  return (
    <ol aria-label={words.list} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {entries.map((entry) => (
        <li
          key={entry.id}
          id={anchorOf(entry.id)}
          data-shown={anchorOf(entry.id) === shown || undefined}
          className="rounded-xl data-shown:animate-mark"
        >
          {entry.type === "timeline_comment" ? (
            <Comment entry={entry} shownOn={object} />
          ) : (
            <ChangeEntry entry={entry} fields={fields} shownOn={object} />
          )}
        </li>
      ))}
    </ol>
  );
}

/** A comment with the answers to it. */
function Comment({ entry, shownOn }: { entry: TimelineEntry; shownOn: string }) {
  const [thread, setThread] = useState<ThreadState>("closed");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <CommentEntry entry={entry} shownOn={shownOn} onReply={() => setThread("answered")} />
      <div className="pl-10">
        <Thread entry={entry} state={thread} onChange={setThread} />
      </div>
    </div>
  );
}
