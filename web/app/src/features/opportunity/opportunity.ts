import { queryOptions } from "@tanstack/react-query";
import { ApiError, answer, api } from "@/api/client";
import { stageText, type Work } from "@/features/inbox/item";
import { bareField } from "@/features/record/bare-field";
import type { FieldKind, RecordField } from "@/features/record/field";
import type { AnyRecord, Changes } from "@/features/record/record";
import { formatMoney } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.inbox.opportunities;

/** One opportunity by its id or display id. */
export function opportunityQuery(id: string) {
  return queryOptions({
    queryKey: ["item", "opportunity", id],
    queryFn: ({ signal }) => getOpportunity(id, signal),
  });
}

export async function getOpportunity(id: string, signal?: AbortSignal): Promise<Work> {
  const { work } = await answer(api.POST("/works.get", { body: { id }, ...(signal && { signal }) }));
  if (work.type === "opportunity") return work;
  throw new ApiError(404, "not_found", words.notFound(id), undefined, {}); // the address of another work
}

export const removeOpportunity = (id: string) => answer(api.POST("/works.delete", { body: { id } }));
export const restoreOpportunity = (id: string) => answer(api.POST("/works.restore", { body: { id } }));

const lists = ["owned_by", "contacts"];

/** Changes an opportunity by what one of its fields becomes. */
export async function updateOpportunity(id: string, changes: Changes): Promise<Work> {
  const named = Object.entries(changes).map(([name, value]) => {
    if (lists.includes(name)) return [name, { set: value }];
    return [name, name === "stage" ? { name: value } : value];
  });
  const body = { id, type: "opportunity" as const, ...(Object.fromEntries(named) as object) };
  return (await answer(api.POST("/works.update", { body }))).work;
}

/** An opportunity as the fields of any record read it. */
export function recordOf(work: Work): AnyRecord {
  return { ...work, stage: work.stage.name } as unknown as AnyRecord;
}

const field = (name: keyof typeof words.fields, kind: FieldKind, more: Partial<RecordField> = {}) =>
  bareField(name, words.fields[name], kind, more);

const stages = ["qualification", "validation", "negotiation", "contract", "closed_won", "closed_lost"];

const choicesOf = (labels: Record<string, string>) => ({
  choices: Object.entries(labels).map(([value, label]) => ({ value, label })),
  byValue: true as const,
});

/** What every opportunity has, beside the org's own fields. */
export const opportunityFields: RecordField[] = [
  field("title", "text"),
  field("body", "rich_text"),
  field("stage", "enum", {
    choices: stages.map((value) => ({ value, label: stageText(value) })),
    byValue: true,
  }),
  field("owned_by", "member", { many: true }),
  field("amount", "number"),
  field("forecast_category", "enum", choicesOf(words.forecasts)),
  field("probability", "number", { description: words.probabilityHint }),
  field("priority", "enum", choicesOf(words.priorities)),
  field("target_close_date", "timestamp"),
  field("actual_close_date", "timestamp", { immutable: true }),
  field("contacts", "contact", { many: true }),
  field("applies_to_part", "part"),
];

/** The value with its currency where there is one, else the bare amount. */
export function amountOf({ value, amount }: Work): string {
  if (value?.amount) return formatMoney(value.amount, value.currency);
  return amount === undefined ? "–" : formatMoney(String(amount), undefined);
}
