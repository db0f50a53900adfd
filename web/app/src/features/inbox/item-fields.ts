import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api } from "@/api/client";
import { type ItemType, itemKinds, type Severity, stageText } from "@/features/inbox/item";
import { bareField } from "@/features/record/bare-field";
import { fieldOf, type RecordField } from "@/features/record/field";
import { strings } from "@/strings";

export const severities: Severity[] = ["blocker", "high", "medium", "low"];

const field = (name: string, label: string, { kind = "text", ...more }: Partial<RecordField> = {}) =>
  bareField(name, label, kind, more);

const names = strings.inbox.columns;

/** The fields whose values go by other words than the server's, for the lines about changes. */
const ownFields = (type: ItemType) => [
  field("stage", names.stage, {
    kind: "enum",
    choices: itemKinds[type].stages.map((value) => ({ value, label: stageText(value) })),
  }),
  field("severity", names.severity, {
    kind: "enum",
    choices: severities.map((value) => ({ value, label: strings.inbox.severities[value] })),
  }),
  field("is_spam", strings.inbox.spam, { kind: "bool" }),
  field("body", strings.inbox.text),
  field("snoozed_until", strings.inbox.snooze.until),
  field("applies_to_part", names.part),
  field("applies_to_parts", names.part),
  field("owned_by", names.owner, { kind: "member", many: true }),
];

const fieldsOf = { conversation: ownFields("conversation"), ticket: ownFields("ticket") };

/** The org's own fields of conversations, tickets or opportunities. */
const customFieldsQuery = (type: ItemType | "opportunity") =>
  queryOptions({
    queryKey: ["schemas", "custom-fields", type],
    queryFn: async ({ signal }) => {
      const request = { leaf_type: type, custom_schema_spec: { tenant_fragment: true } };
      const { schema } = await answer(api.POST("/schemas.aggregated.get", { body: request, signal }));
      return schema.custom_fields.map((own) => fieldOf(own, true)).filter(({ hidden }) => !hidden);
    },
    staleTime: 60_000,
  });

const none: RecordField[] = [];

export function useCustomFields(type: ItemType | "opportunity"): RecordField[] {
  return useQuery(customFieldsQuery(type)).data ?? none;
}

export function useItemFields(type: ItemType): RecordField[] {
  const own = useCustomFields(type);
  return useMemo(() => [...fieldsOf[type], ...own], [type, own]);
}
