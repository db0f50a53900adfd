import { AlarmClock, GitMerge, History, Link2, Pencil, Plus, Trash2, Undo2 } from "lucide-react";
import { Fragment, lazy, Suspense } from "react";
import { RelativeTime } from "@/components/relative-time";
import { differenceOf, fieldOfChange, labelOfChange, operationText, type Piece } from "@/features/discussion/change";
import { EntryPlace } from "@/features/discussion/entry-place";
import type { FieldDelta, TimelineEntry } from "@/features/discussion/timeline";
import { nameOf } from "@/features/merge/merge";
import type { RecordField } from "@/features/record/field";
import { RecordLink } from "@/features/record/record-link";
import { strings } from "@/strings";

const words = strings.discussion;
const MergeUndo = lazy(() => import("@/features/merge/merge-undo"));

const icons: [pattern: RegExp, icon: typeof History][] = [
  [/^created$/, Plus],
  [/^updated$/, Pencil],
  [/^deleted$/, Trash2],
  [/restored|unmerged|split/, Undo2],
  [/merged/, GitMerge],
  [/linked/, Link2],
  [/^woken$/, AlarmClock],
];

type ChangeEntryProps = {
  entry: TimelineEntry;
  fields: readonly RecordField[];
  /** The record whose timeline it is. */
  shownOn: string;
};

/** Who changed what: on one line, or as a list when several fields changed at once. */
export function ChangeEntry({ entry, fields, shownOn }: ChangeEntryProps) {
  const operation = entry.event?.operation ?? "";
  // What a new record has stands on the page; the changes of a merge are what came along with it.
  const deltas = operation === "created" ? [] : (entry.event?.updated?.field_deltas ?? []);
  const Icon = icons.find(([pattern]) => pattern.test(operation))?.[1] ?? History;
  const isUpdate = operation === "updated";
  const only = isUpdate && deltas.length === 1 ? deltas[0] : undefined;
  return (
    <div className="flex gap-3 text-[0.8125rem] text-ink-2">
      <span className="grid size-7 shrink-0 place-items-center text-ink-3">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1 py-1 break-words [overflow-wrap:anywhere]">
        <p>
          <span className="font-medium text-ink">{entry.created_by ? nameOf(entry.created_by) : words.kith}</span>{" "}
          {entry.event?.merged ? (
            <MergeTold merged={entry.event.merged} of={entry.object} isGone={operation.endsWith("_unmerged")} />
          ) : entry.event?.linked ? (
            <LinkTold link={entry.event.linked.link} of={entry.object} isGone={operation === "unlinked"} />
          ) : only ? (
            <Delta delta={only} fields={fields} />
          ) : (
            <span>{isUpdate ? words.changed(deltas.length) : operationText(operation)}</span>
          )}{" "}
          <EntryPlace entry={entry} shownOn={shownOn} />
          <span className="text-ink-3">
            <span aria-hidden>· </span>
            <RelativeTime iso={entry.created_date} />
          </span>
        </p>
        {!only && deltas.length > 0 && (
          <ul className="mt-1 grid gap-0.5 border-line border-l pl-3">
            {deltas.map((delta) => (
              <li key={delta.name}>
                <Delta delta={delta} fields={fields} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

type Merged = NonNullable<NonNullable<TimelineEntry["event"]>["merged"]>;

/** Which conversation became part of which, or no longer is. */
function MergeTold({ merged, of, isGone }: { merged: Merged; of: string; isGone: boolean }) {
  const isOther = merged.secondary.id === of;
  const { display_id } = isOther ? merged.primary : merged.secondary;
  if (isGone) return <span>{isOther ? words.wasGivenBack(display_id) : words.gaveBack(display_id)}</span>;
  return (
    <>
      <span>{isOther ? words.wasTakenIn(display_id) : words.tookIn(display_id)}</span>{" "}
      <Suspense>
        <MergeUndo id={merged.merge} />
      </Suspense>
    </>
  );
}

type Linked = NonNullable<NonNullable<TimelineEntry["event"]>["linked"]>["link"];

/** What the record is, or was, to another one. */
function LinkTold({ link, of, isGone }: { link: Linked; of: string; isGone: boolean }) {
  const end = link.source.id === of ? "source" : "target";
  const { display_id, title } = end === "source" ? link.target : link.source;
  return (
    <>
      {isGone ? words.unlinked : words.linked} {words.links[link.link_type]?.[end] ?? link.link_type}{" "}
      <span className="text-ink">
        <RecordLink id={display_id}>{display_id}</RecordLink>
        {title && ` ${title}`}
      </span>
    </>
  );
}

function Delta({ delta, fields }: { delta: FieldDelta; fields: readonly RecordField[] }) {
  const field = fieldOfChange(fields, delta.name);
  const label = <span className="font-medium text-ink">{labelOfChange(field, delta.name)}</span>;
  const difference = differenceOf(delta.old_value, delta.new_value, field);
  if (difference.kind === "list") {
    const { added, removed } = difference;
    return (
      <>
        {added.length > 0 && (
          <>
            {words.added} <Pieces pieces={added} /> {words.addedTo}{" "}
          </>
        )}
        {added.length > 0 && removed.length > 0 && `${words.and} `}
        {removed.length > 0 && (
          <>
            {words.removed} <Pieces pieces={removed} /> {words.removedFrom}{" "}
          </>
        )}
        {added.length + removed.length === 0 && `${words.reordered} `}
        {label}
      </>
    );
  }
  const { before, after } = difference;
  if (before && after) {
    return (
      <>
        {words.changedOne} {label} {words.from} <Value piece={before} /> {words.to} <Value piece={after} />
      </>
    );
  }
  if (after) {
    return (
      <>
        {words.set} {label} {words.to} <Value piece={after} />
      </>
    );
  }
  return (
    <>
      {words.cleared} {label}
      {before && (
        <>
          , {words.was} <Value piece={before} />
        </>
      )}
    </>
  );
}

function Pieces({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, at) => (
    <Fragment key={piece.key}>
      {at > 0 && ", "}
      <Value piece={piece} />
    </Fragment>
  ));
}

function Value({ piece }: { piece: Piece }) {
  if (piece.leadsTo) {
    return (
      <span className="text-ink">
        <RecordLink id={piece.leadsTo}>{piece.text}</RecordLink>
      </span>
    );
  }
  return <span className="text-ink">“{piece.text}”</span>;
}
