import { bareField } from "@/features/record/bare-field";
import type { FieldKind, RecordField } from "@/features/record/field";
import { strings } from "@/strings";

const words = strings.inbox;

const names: Record<string, string> = words.fields;

const field = (name: string, kind: FieldKind, more: Partial<RecordField> = {}) =>
  bareField(name, names[name] ?? name, kind, { immutable: true, filterable: true, byValue: true, ...more });

const choicesOf = (labels: Record<string, string>, values: string[] = Object.keys(labels)) =>
  values.map((value) => ({ value, label: labels[value] ?? value }));

const conversationStages = ["new", "needs_response", "waiting_on_user", "hold", "suspended", "resolved", "archived"];
const ticketStages = [
  ...["queued", "work_in_progress", "awaiting_customer_response", "awaiting_product_assist", "awaiting_development"],
  ...["in_development", "resolved", "canceled", "accepted"],
];

/** What filters and groups of conversations or tickets can ask about, beside the org's own fields. */
export function itemFields(type: "conversation" | "ticket"): RecordField[] {
  const isTicket = type === "ticket";
  const grouped = { groupable: true };
  const stages = choicesOf(words.stages, isTicket ? ticketStages : conversationStages);
  return [
    field("owner", "member", grouped),
    field("has_owner", "bool"),
    field("stage", "enum", { ...grouped, choices: stages }),
    field("state", "enum", { ...grouped, choices: choicesOf(words.states) }),
    field("needs_response", "bool"),
    field("tag", "tag", grouped),
    ...(isTicket ? [field("severity", "enum", { ...grouped, choices: choicesOf(words.severities) })] : []),
    field("part", "part", grouped),
    field("contact", "contact", grouped),
    field("account", "account", grouped),
    field("workspace", "workspace"),
    field("source_channel", "enum", { ...grouped, choices: choicesOf(words.channels) }),
    field("title", "text"),
    field("spam", "bool"),
    ...(isTicket ? [] : [field("snoozed", "bool")]),
    field("created", "timestamp", grouped),
    field("modified", "timestamp"),
    ...(isTicket ? [field("target_close", "timestamp")] : [field("last_message", "timestamp", grouped)]),
    field("closed", "timestamp"),
  ];
}
