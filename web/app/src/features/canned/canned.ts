import { infiniteQueryOptions, type QueryClient, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Option } from "@/components/ui/combobox";
import { useDebounced } from "@/lib/use-debounced";

export type CannedReply = components["schemas"]["CannedReply"];

const key = ["canned"];

/** What may stand open in a text, in the order in which it is offered. */
export const placeholders = [
  "contact.first_name",
  "contact.name",
  "contact.email",
  "account.name",
  "agent.name",
  "agent.first_name",
  "conversation.id",
] as const;

/** The replies that the member may use, by shortcut, page by page. */
export const repliesQuery = infiniteQueryOptions({
  queryKey: [...key, "list"],
  queryFn: ({ pageParam, signal }) => {
    const body = { limit: 100, ...(pageParam && { cursor: pageParam }) };
    return answer(api.POST("/canned-replies.list", { body, signal }));
  },
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

async function find(query: string, limit: number, signal: AbortSignal): Promise<CannedReply[]> {
  const body = { limit, ...(query && { query }) };
  return (await answer(api.POST("/canned-replies.list", { body, signal }))).canned_replies;
}

const most = 8;
const none: CannedReply[] = [];

/** Replies for what was typed behind a slash; none while nothing is being typed. */
export function useReplies(typed: string | undefined): CannedReply[] {
  const wanted = useDebounced(typed, 120);
  const query = useQuery({
    queryKey: [...key, "found", wanted],
    queryFn: ({ signal }) => find(wanted ?? "", most, signal),
    enabled: wanted !== undefined,
    staleTime: 30_000,
    retry: false,
    placeholderData: (previous) => previous,
  });
  // What was found for another text may not be chosen for this one.
  return typed !== undefined && typed === wanted && !query.isPlaceholderData ? (query.data ?? none) : none;
}

/** Replies to choose from a list. */
export async function loadReplies(text: string, signal: AbortSignal): Promise<Option[]> {
  const found = await find(text, 50, signal);
  return found.map(({ id, title, shortcut }) => ({ value: id, label: title, detail: `/${shortcut}` }));
}

/** A reply's text with what is known of the conversation or ticket. */
export async function filledReply(id: string, object: string): Promise<string> {
  return (await answer(api.POST("/canned-replies.render", { body: { id, object } }))).body;
}

/** The word after a slash in front of the caret, while it is being typed. */
export function slashBefore(text: string, caret: number): string | undefined {
  return /(?:^|\s)\/([^\s/]{0,40})$/.exec(text.slice(0, caret))?.[1];
}

const code = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;

/** What stands open in a text still, each once. In code, braces are what they are. */
export function openPlaceholders(text: string): string[] {
  const found = text.replaceAll(code, "").match(/\{\{[^{}\n]{0,80}(?:\}\})?/g);
  return [...new Set(found ?? [])];
}

/** What the form of a reply says. */
export type ReplyDraft = Pick<CannedReply, "shortcut" | "title" | "body" | "visibility">;

export function saveReply(reply: CannedReply | undefined, draft: ReplyDraft): Promise<unknown> {
  if (!reply) return answer(api.POST("/canned-replies.create", { body: draft }));
  return answer(api.POST("/canned-replies.update", { body: { id: reply.id, ...draft } }));
}

export function deleteReply(id: string): Promise<unknown> {
  return answer(api.POST("/canned-replies.delete", { body: { id } }));
}

export function refreshReplies(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: key });
}
