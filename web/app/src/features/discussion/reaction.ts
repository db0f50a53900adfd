import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { replaceEntry, type TimelineEntry } from "@/features/discussion/timeline";

export type Reaction = NonNullable<TimelineEntry["reactions"]>[number];

/** What is offered: the server takes every emoji. */
export const offered = ["1f44d", "2764", "1f389", "1f602", "1f440", "1f64f", "2705", "1f914"];

/** The emoji of code points such as 1f44d, drawn as a picture also where there is an older sign for it. */
export function emojiOf(code: string): string {
  const points = code.split("-").map((point) => Number.parseInt(point, 16));
  if (points.some(Number.isNaN)) return code;
  const old = points.length === 1 && (points[0] ?? 0) < 0x1f000;
  return String.fromCodePoint(...points) + (old ? "\ufe0f" : "");
}

/** Reactions once the reader has added one, or taken one back. */
export function withReaction(reactions: readonly Reaction[], emoji: string, on: boolean): Reaction[] {
  const before = reactions.find((one) => one.emoji === emoji);
  if (Boolean(before?.reacted) === on) return [...reactions];
  if (!before) return [...reactions, { emoji, reacted: true, total_users: 1 }];
  const after = { emoji, total_users: before.total_users + (on ? 1 : -1), ...(on && { reacted: true }) };
  return reactions.map((one) => (one === before ? after : one)).filter((one) => one.total_users > 0);
}

/** Reacts to a comment, or no more. It shows at once, and goes back when it fails. */
export async function react(client: QueryClient, entry: TimelineEntry, emoji: string, on: boolean): Promise<void> {
  replaceEntry(client, { ...entry, reactions: withReaction(entry.reactions ?? [], emoji, on) });
  try {
    const body = { object: entry.id, emoji, action: on ? ("add" as const) : ("remove" as const) };
    await answer(api.POST("/reactions.update", { body }));
  } catch (error) {
    replaceEntry(client, entry);
    throw error;
  }
  void client.invalidateQueries({ queryKey: ["reactors", entry.id] });
}

/** Who reacted to a comment with an emoji: those who are named when one points at it. */
export function reactorsQuery(object: string, emoji: string) {
  return queryOptions({
    queryKey: ["reactors", object, emoji],
    queryFn: ({ signal }) => answer(api.POST("/reactions.list", { body: { object, emoji, limit: 20 }, signal })),
  });
}
