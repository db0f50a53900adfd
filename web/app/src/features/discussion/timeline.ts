import type { QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { GrowingList, Stretch } from "@/lib/growing";
import { newKey } from "@/lib/key";

type Schemas = components["schemas"];

export type TimelineEntry = Schemas["TimelineEntry"];
export type ChangeEvent = Schemas["ChangeEvent"];
export type FieldDelta = Schemas["FieldDelta"];
export type FieldValue = Schemas["FieldValue"];
export type Visibility = NonNullable<TimelineEntry["visibility"]>;

/** What of a timeline is shown. */
export const timelineParts = ["all", "comments", "changes"] as const;
export type TimelinePart = (typeof timelineParts)[number];

const collections: Record<TimelinePart, ("discussions" | "events")[]> = {
  all: ["discussions", "events"],
  comments: ["discussions"],
  changes: ["events"],
};

const pageSize = 50;

/** The timeline of a record from its latest entry back. */
export function timelineOf(object: string, part: TimelinePart): GrowingList<TimelineEntry> {
  return {
    queryKey: ["timeline", object, part],
    load: async (from, signal) => {
      const body = {
        object,
        collections: collections[part],
        mode: "before" as const,
        limit: pageSize,
        ...(from && { cursor: from }),
      };
      const page = await answer(api.POST("/timeline-entries.list", { body, ...(signal && { signal }) }));
      return { items: page.timeline_entries.toReversed(), next: page.prev_cursor };
    },
  };
}

/** The entries as they are read, the oldest first. Comments for programs are not for people's eyes. */
export function inOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries.toReversed().filter(({ body_type }) => body_type !== "data");
}

/** Whether a comment was changed since it was written. */
export function wasEdited({ is_deleted, created_date, modified_date }: TimelineEntry): boolean {
  return !is_deleted && modified_date !== created_date;
}

export type NewComment = { body: string; visibility: Visibility; artifacts?: string[] };

/** Keys of comments that the server may have though its answer did not come, by what they say. */
const attempts = new Map<string, string>();

/**
 * Writes a comment. Nobody who wants to write the next one waits until it is shown. The same one, sent again because no
 * answer came, is written once.
 */
export async function createComment(client: QueryClient, object: string, comment: NewComment): Promise<void> {
  const body = { type: "timeline_comment" as const, object, ...comment };
  const said = JSON.stringify(body);
  const key = attempts.get(said) ?? newKey();
  attempts.set(said, key);
  await answer(api.POST("/timeline-entries.create", { body: { ...body, idempotency_key: key } }));
  attempts.delete(said);
  void refresh(client);
}

/** Gives a comment another text. */
export async function updateComment(client: QueryClient, { id }: TimelineEntry, body: string): Promise<void> {
  const request = { id, type: "timeline_comment" as const, body };
  const { timeline_entry } = await answer(api.POST("/timeline-entries.update", { body: request }));
  replaceEntry(client, timeline_entry);
}

/** Takes the text of a comment away; its place on the timeline stays. */
export async function deleteComment(client: QueryClient, entry: TimelineEntry): Promise<void> {
  await answer(api.POST("/timeline-entries.delete", { body: { id: entry.id } }));
  const { body: _, references: __, reactions: ___, ...left } = entry;
  replaceEntry(client, { ...left, is_deleted: true });
}

/** Puts a changed entry where it is shown: of a long timeline only the latest entries are read again. */
export function replaceEntry(client: QueryClient, changed: TimelineEntry): void {
  client.setQueriesData<Stretch<TimelineEntry>>(
    { queryKey: ["timeline"] },
    (loaded) => loaded && { ...loaded, items: loaded.items.map((one) => (one.id === changed.id ? changed : one)) },
  );
}

/** A comment may have been written on what was merged into the record shown, so all timelines are read again. */
function refresh(client: QueryClient): Promise<unknown> {
  void client.invalidateQueries({ queryKey: ["file", "list"] });
  return client.invalidateQueries({ queryKey: ["timeline"] });
}
