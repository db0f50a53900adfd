import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Option } from "@/components/ui/combobox";
import {
  fromConversation,
  fromTicket,
  type Item,
  type ItemType,
  type Severity,
  stageText,
} from "@/features/inbox/item";
import { nameOf } from "@/features/merge/merge";
import { labelOfTag } from "@/features/record/marks";
import { newKey } from "@/lib/key";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Macro = Schemas["Macro"];
export type MacroAction = Schemas["MacroAction"];
export type ActionType = MacroAction["type"];

const words = strings.macros;
const key = ["macros"];

/** In the order in which they are offered. */
export const actionTypes = Object.keys(words.types) as ActionType[];

/** The macros by name, page by page. */
export const macrosQuery = infiniteQueryOptions({
  queryKey: [...key, "list"],
  queryFn: ({ pageParam, signal }) =>
    answer(api.POST("/macros.list", { body: { limit: 100, ...(pageParam && { cursor: pageParam }) }, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

/** What an action does, in a few words. */
function textOf(action: MacroAction): string {
  const name = words.types[action.type];
  switch (action.type) {
    case "set_owner":
      return `${name}: ${action.owner ? nameOf(action.owner) : words.runner}`;
    case "set_stage":
      return `${name}: ${stageText(action.stage ?? "")}`;
    case "add_tags":
    case "remove_tags":
      return `${name}: ${(action.tags ?? []).map(labelOfTag).join(", ")}`;
    case "snooze":
      return `${name}: ${words.durations(action.minutes ?? 0)}`;
    case "set_spam":
      return action.is_spam ? words.spam.yes : words.spam.no;
    case "set_severity":
      return `${name}: ${action.severity ? strings.inbox.severities[action.severity as Severity] : ""}`;
    default:
      return name;
  }
}

export function summaryOf({ actions }: Macro): string {
  return actions.map(textOf).join(" · ");
}

/** Macros for conversations or tickets to choose from; the value names the version, too, that was shown. */
export function loadMacros(type: ItemType) {
  return async (text: string, signal: AbortSignal): Promise<Option[]> => {
    const wanted = text.toLocaleLowerCase();
    const out: Option[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const body: { limit: number; cursor?: string } = { limit: 100, ...(cursor && { cursor }) };
      const page: Schemas["MacrosOut"] = await answer(api.POST("/macros.list", { body, signal }));
      for (const macro of page.macros) {
        if (!macro.object_types.includes(type) || !macro.name.toLocaleLowerCase().includes(wanted)) continue;
        out.push({ value: `${macro.id} ${macro.version}`, label: macro.name });
      }
      cursor = page.next_cursor;
    }
    return out;
  };
}

/** Does a macro's actions to one item, and returns what it is now. */
export async function runMacro(chosen: string, { id: object, type }: Pick<Item, "id" | "type">): Promise<Item> {
  const [id = "", version] = chosen.split(" ");
  const body = { id, object, version: Number(version), idempotency_key: newKey() };
  const { conversation, work } = await answer(api.POST("/macros.run", { body }));
  if (type === "conversation" && conversation) return fromConversation(conversation);
  if (work) return fromTicket(work);
  throw new Error(`macros.run answered without the ${type}`);
}

/** An action in the form of a macro. */
export type ActionDraft = {
  /** Tells the rows of the form apart. */
  key: number;
  type: ActionType;
  body: string;
  owner: Option | undefined;
  stage: string;
  tags: Option[];
  minutes: number;
  isSpam: boolean;
  severity: Severity;
};

const day = 1440;

/** For how long a macro snoozes; any other time that one has already is offered, too. */
export const durations = [60, 180, 480, day, 2 * day, 3 * day, 7 * day, 14 * day, 30 * day];

let keys = 0;

export function newAction(type: ActionType): ActionDraft {
  const texts = { body: "", stage: "resolved", severity: "high" as const };
  keys += 1;
  return { key: keys, type, ...texts, owner: undefined, tags: [], minutes: day, isSpam: true };
}

export function draftOf(action: MacroAction): ActionDraft {
  const draft = newAction(action.type);
  const { body = "", stage = draft.stage, minutes = draft.minutes, owner, is_spam, severity } = action;
  return {
    ...draft,
    ...{ body, stage, minutes },
    owner: owner && { value: owner.id, label: nameOf(owner) },
    tags: (action.tags ?? []).map((tag) => ({
      value: tag.value ? `${tag.tag.id}=${tag.value}` : tag.tag.id,
      label: labelOfTag(tag),
    })),
    isSpam: is_spam ?? true,
    severity: (severity as Severity | undefined) ?? draft.severity,
  };
}

/** What the server takes for an action: of its fields, those of its type. */
function sent({ type, body, owner, stage, tags, minutes, isSpam, severity }: ActionDraft) {
  switch (type) {
    case "reply":
    case "note":
      return { type, body };
    case "set_owner":
      return { type, ...(owner && { owner: owner.value }) };
    case "set_stage":
      return { type, stage };
    case "add_tags":
    case "remove_tags":
      return {
        type,
        tags: tags.map(({ value: text }) => {
          const [id = "", value] = text.split("=");
          return { id, ...(value && { value }) };
        }),
      };
    case "snooze":
      return { type, minutes };
    case "set_spam":
      return { type, is_spam: isSpam };
    default:
      return { type, severity };
  }
}

export function saveMacro(macro: Macro | undefined, name: string, drafts: ActionDraft[]): Promise<unknown> {
  const actions = drafts.map(sent);
  if (!macro) return answer(api.POST("/macros.create", { body: { name, actions } }));
  return answer(api.POST("/macros.update", { body: { id: macro.id, name, actions } }));
}

export function deleteMacro(id: string): Promise<unknown> {
  return answer(api.POST("/macros.delete", { body: { id } }));
}

export async function refreshMacros(client: QueryClient): Promise<void> {
  await client.invalidateQueries({ queryKey: key });
  await client.invalidateQueries({ queryKey: ["options"] });
}
