import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api, messageOf } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { reportUndone } from "@/features/merge/undo-report";
import { formatMinute } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Merge = Schemas["Merge"];
export type MergeUndone = Schemas["MergeUndone"];
export type RecordSummary = Schemas["RecordSummary"];
export type MergeType = Merge["type"];

/** What a merge or a change of identity needs to know of a record. */
export type Named = { id: string; display_name?: string | undefined; display_id?: string | undefined };

const text = strings.merges;

export const stageWords: Record<string, string> = strings.inbox.stages;

/** The values of a conversation's stage and the like, which have words of their own. */
export function valueWords(field: string, value: string): string {
  if (field === "stage") return stageWords[value] ?? value;
  return field === "snoozed_until" ? formatMinute(value) : value;
}

/** Merges, the latest first: all, or those that made a record what it is. */
export function mergesQuery(record?: string) {
  return infiniteQueryOptions({
    queryKey: ["merges", "list", record ?? ""],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.POST("/merges.list", {
          body: { ...(pageParam && { cursor: pageParam }), ...(record && { record }) },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function previewQuery(primary: string, secondary: string) {
  return queryOptions({
    queryKey: ["merges", "preview", primary, secondary],
    queryFn: ({ signal }) => answer(api.POST("/merges.preview", { body: { primary, secondary }, signal })),
  });
}

/** Merges two records of a type and returns the merge, or nothing when somebody took it back meanwhile. */
export async function mergeRecords(type: MergeType, primary: string, secondary: string): Promise<Merge | undefined> {
  switch (type) {
    case "rev_user":
      await answer(api.POST("/rev-users.merge", { body: { primary_user: primary, secondary_user: secondary } }));
      break;
    case "account":
      await answer(api.POST("/accounts.merge", { body: { primary_account: primary, secondary_account: secondary } }));
      break;
    case "rev_org":
      await answer(api.POST("/rev-orgs.merge", { body: { primary_rev_org: primary, secondary_rev_org: secondary } }));
      break;
    case "conversation": {
      const body = { primary_conversation: primary, secondary_conversation: secondary };
      return (await answer(api.POST("/conversations.merge", { body }))).merge;
    }
  }
  // The answer does not name the merge, which an undo has to.
  const { merges } = await answer(api.POST("/merges.list", { body: { record: secondary, limit: 10 } }));
  return merges.find((merge) => merge.state === "active" && merge.secondary.id === secondary);
}

/** Whatever shows who is who is read again after two became one, or one became two. */
export function refreshIdentity(client: QueryClient): Promise<unknown> {
  const keys = ["duplicates", "merges", "identity", "records", "record", "items", "item", "timeline"];
  return Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
}

/** Says what was merged and offers the way back. */
export function announceMerge(client: QueryClient, merge: Merge | undefined, primary: Named, secondary: Named): void {
  toast({
    tone: "success",
    title: text.merged(nameOf(secondary), nameOf(primary)),
    action: merge && { label: text.undo.action, run: () => void undoFromToast(client, merge) },
  });
}

async function undoFromToast(client: QueryClient, merge: Merge): Promise<void> {
  try {
    await undoMerge(client, merge.id);
  } catch (error) {
    toast({ tone: "danger", title: text.undoFailed, detail: messageOf(error) });
  }
}

/** Takes a merge back and reports what came of it. */
export async function undoMerge(client: QueryClient, id: string): Promise<void> {
  const undone = await answer(api.POST("/merges.undo", { body: { id } }));
  await refreshIdentity(client);
  if (hasMoreToSay(undone)) reportUndone(undone);
  else toast({ tone: "success", title: text.report.title, detail: apartText(undone) });
}

/** Whether the undo left something that the reader has to know. */
function hasMoreToSay(undone: MergeUndone): boolean {
  const lists = [undone.kept_edits, undone.not_restored, undone.also_undone ?? []];
  return undone.in_trash || lists.some((list) => list.length > 0);
}

export function apartText(undone: MergeUndone): string {
  const again = undone.rev_user ?? undone.account ?? undone.rev_org ?? undone.merge.secondary;
  return text.report.apart(nameOf(again), nameOf(survivorOf(undone)));
}

export function survivorOf(undone: MergeUndone): Named {
  return undone.survivor ?? undone.survivor_account ?? undone.survivor_rev_org ?? undone.merge.primary;
}

/** A record in words; what nobody named is called by its id. */
export function nameOf(record: Named): string {
  return record.display_name || record.display_id || record.id;
}

/** What decided a merge, or led to a pair. */
export function ruleText(rule: string): string {
  return text.rules[rule] ?? rule;
}

/** A field's name for people. Custom fields are called as they are, without their prefix. */
export function fieldLabel(field: string): string {
  return text.fields[field] ?? sentence(field.replace(/^(tnt__|ctype__|app_)/, "").replaceAll("_", " "));
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
