import { infiniteQueryOptions } from "@tanstack/react-query";
import { ApiError, answer, api } from "@/api/client";
import type { OrgSettings, OrgSettingsChange, RuleEffect } from "@/api/types";
import { strings } from "@/strings";

/** The rules as their form holds them. */
export type RulesDraft = {
  sharedEmails: boolean;
  /** One value in each line. */
  blocked: string;
  namedWhatsApp: boolean;
  singleAssociation: boolean;
  requireAccount: boolean;
  maxIdentifiers: string;
  autoMerge: string;
};

export function draftOf(settings: OrgSettings): RulesDraft {
  return {
    sharedEmails: settings.shared_emails,
    blocked: settings.blocked_values.join("\n"),
    namedWhatsApp: settings.named_whatsapp,
    singleAssociation: settings.single_association,
    requireAccount: settings.require_account,
    maxIdentifiers: String(settings.max_identifiers),
    autoMerge: String(settings.auto_merge_precision),
  };
}

/** What a draft changes; nothing where it says what holds already. */
export function changeOf(draft: RulesDraft, settings: OrgSettings): OrgSettingsChange {
  const wanted: OrgSettingsChange = {
    shared_emails: draft.sharedEmails,
    blocked_values: linesOf(draft.blocked),
    named_whatsapp: draft.namedWhatsApp,
    single_association: draft.singleAssociation,
    require_account: draft.requireAccount,
    max_identifiers: Number(draft.maxIdentifiers),
    auto_merge_precision: Number(draft.autoMerge),
  };
  const names = Object.keys(wanted) as (keyof OrgSettingsChange)[];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(wanted[name]) !== JSON.stringify(settings[name]))
      .map((name) => [name, wanted[name]]),
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A refusal of one blocked value stands at the control that holds all of them, and names it. */
export function ofControl(error: unknown, change: OrgSettingsChange): unknown {
  const at =
    error instanceof ApiError ? /^(?:settings\.)?blocked_values\[(\d+)\]$/.exec(error.field ?? "")?.[1] : undefined;
  if (!(error instanceof ApiError) || at === undefined) return error;
  const value = change.blocked_values?.[Number(at)] ?? "";
  const reason = error.message.replace(`${error.field}: `, "");
  const message = strings.identity.refusedValue(value, reason);
  return new ApiError(error.status, error.type, message, "blocked_values", error.body);
}

type Preview = { effects: RuleEffect[]; next_cursor?: string };

// A page of the server looks at so many contacts and may find nothing among them.
const pagesAtOnce = 10;
const effectsAtOnce = 20;

/** Whom changed rules would join or part. */
export const previewQuery = (change: OrgSettingsChange) =>
  infiniteQueryOptions({
    queryKey: ["settings", "preview", change],
    queryFn: ({ pageParam, signal }) => lookOn(change, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
    gcTime: 0,
  });

async function lookOn(change: OrgSettingsChange, from: string, signal: AbortSignal): Promise<Preview> {
  const effects: RuleEffect[] = [];
  let cursor = from;
  for (let page = 0; page < pagesAtOnce && effects.length < effectsAtOnce; page++) {
    const body = { settings: change, limit: 100, cursor };
    const found = await answer(api.POST("/identities.preview-rules", { body, signal }));
    effects.push(...found.effects);
    if (!found.next_cursor) return { effects };
    cursor = found.next_cursor;
  }
  return { effects, next_cursor: cursor };
}
