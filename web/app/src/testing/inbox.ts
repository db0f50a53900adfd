import type { TimelineEntry } from "@/features/discussion/timeline";
import type { Conversation, Work } from "@/features/inbox/item";
import { ada } from "@/testing/server";

const at = "2026-01-02T00:00:00.000Z";

/** For tests: Ada, as records name the member who is signed in. */
export const adaSummary = { ...ada, type: "dev_user" as const };

/** For tests: the contact with this number, as conversations and tickets name it. */
export function customer(n: number, name: string) {
  return {
    type: "rev_user",
    id: `don:identity:kith:devo/1:revu/${n}`,
    display_id: `REVU-${n}`,
    display_name: name,
  } as const;
}

const stageOf = (name: string, state: "open" | "in_progress" | "closed") => ({
  name,
  ordinal: 1,
  stage: { id: "don:core:kith:devo/1:custom_stage/1", name },
  state: { id: "don:core:kith:devo/1:custom_state/1", is_final: state === "closed", name: state },
});

/** For tests: a conversation with Grace Hopper. */
export function conversation(n: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id: `don:core:kith:devo/1:conversation/${n}`,
    display_id: `CONV-${n}`,
    title: `Matter ${n}`,
    created_date: at,
    modified_date: at,
    last_external_message_date: at,
    is_frozen: false,
    is_spam: false,
    members: [customer(1, "Grace Hopper")],
    metadata: {},
    owned_by: [],
    stage: stageOf("needs_response", "in_progress"),
    ...more,
  };
}

/** For tests: a ticket that Grace Hopper reported. */
export function ticket(n: number, more: Partial<Work> = {}): Work {
  return {
    type: "ticket",
    id: `don:core:kith:devo/1:ticket/${n}`,
    display_id: `TKT-${n}`,
    title: `Fault ${n}`,
    created_date: at,
    modified_date: at,
    external_ref: `TKT-${n}`,
    stock_schema_fragment: "don:core:kith:stock_sf/1",
    owned_by: [],
    reported_by: [customer(1, "Grace Hopper")],
    severity: "high",
    stage: stageOf("queued", "open"),
    state: "open",
    ...more,
  };
}

/** For tests: what somebody said on a conversation. */
export function message(n: number, body: string, more: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    type: "timeline_comment",
    id: `don:core:kith:devo/1:conversation/1:comment/${n}`,
    object: conversation(1).id,
    object_display_id: "CONV-1",
    object_type: "conversation",
    visibility: "external",
    body_type: "text",
    body,
    created_by: customer(1, "Grace Hopper"),
    created_date: at,
    modified_date: at,
    ...more,
  };
}
