import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";

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
const pollMillis = 15_000;

/**
 * The timeline of a record from its end: the first page has the latest entries, the next one those before. It is
 * looked at again and again while the page is in sight, since others write and change too.
 */
export function timelineQuery(object: string, part: TimelinePart) {
  return infiniteQueryOptions({
    queryKey: ["timeline", object, part],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam ? { cursor: pageParam } : {};
      const body = { object, collections: collections[part], mode: "before" as const, limit: pageSize, ...cursor };
      return answer(api.POST("/timeline-entries.list", { body, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.prev_cursor || undefined,
    staleTime: 0,
    refetchInterval: pollMillis,
  });
}

/** The entries of all pages, the oldest first. Comments for programs are not for people's eyes. */
export function entriesOf(pages: { timeline_entries: TimelineEntry[] }[]): TimelineEntry[] {
  return pages
    .toReversed()
    .flatMap((page) => page.timeline_entries)
    .filter(({ body_type }) => body_type !== "data");
}

export type NewComment = { body: string; visibility: Visibility; artifacts?: string[] };

/** Writes a comment; it is on the timeline once this returns. */
export async function createComment(client: QueryClient, object: string, comment: NewComment): Promise<void> {
  const body = { type: "timeline_comment" as const, object, ...comment };
  await answer(api.POST("/timeline-entries.create", { body }));
  await refresh(client);
}

/** Gives a comment another text. */
export async function updateComment(client: QueryClient, { id }: TimelineEntry, body: string): Promise<void> {
  await answer(api.POST("/timeline-entries.update", { body: { id, type: "timeline_comment", body } }));
  await refresh(client);
}

/** Takes the text of a comment away; its place on the timeline stays. */
export async function deleteComment(client: QueryClient, { id }: TimelineEntry): Promise<void> {
  await answer(api.POST("/timeline-entries.delete", { body: { id } }));
  await refresh(client);
}

/** A comment may have been written on what was merged into the record shown, so all timelines are read again. */
function refresh(client: QueryClient): Promise<unknown> {
  void client.invalidateQueries({ queryKey: ["file", "list"] });
  return client.invalidateQueries({ queryKey: ["timeline"] });
}
