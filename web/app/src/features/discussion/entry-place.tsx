import type { TimelineEntry } from "@/features/discussion/timeline";
import { strings } from "@/strings";

type EntryPlaceProps = { entry: TimelineEntry /** The record whose timeline it is. */; shownOn: string };

/** On which record it happened, when that is part of the one shown by now. */
export function EntryPlace({ entry, shownOn }: EntryPlaceProps) {
  if (entry.object === shownOn) return null;
  return <span className="text-ink-3 tabular-nums">{strings.discussion.on(entry.object_display_id)} </span>;
}
