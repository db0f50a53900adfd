import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { AssignmentRule, AssignmentRuleRequest } from "@/api/types";
import type { Option } from "@/components/ui/combobox";

const rulesKey = ["assignment-rules"];

/** All rules of assignment, in the order in which they are asked. */
export const rulesQuery = queryOptions({
  queryKey: rulesKey,
  queryFn: ({ signal }) => answer(api.POST("/assignment-rules.list", { body: {}, signal })),
  select: ({ assignment_rules }) => assignment_rules,
});

/** Creates a rule, or changes the one that is given. */
export function saveRule(rule: AssignmentRule | undefined, request: AssignmentRuleRequest): Promise<unknown> {
  if (!rule) return answer(api.POST("/assignment-rules.create", { body: request }));
  return answer(api.POST("/assignment-rules.update", { body: { id: rule.id, ...request } }));
}

export function turnRule(id: string, is_enabled: boolean): Promise<unknown> {
  return answer(api.POST("/assignment-rules.update", { body: { id, is_enabled } }));
}

export function deleteRule(id: string): Promise<unknown> {
  return answer(api.POST("/assignment-rules.delete", { body: { id } }));
}

/** Moves a rule by one place, up with -1, and returns all in their new order. */
export async function moveRule(client: QueryClient, rules: AssignmentRule[], at: number, by: 1 | -1): Promise<void> {
  const ids = rules.map(({ id }) => id);
  const [moved] = ids.splice(at, 1);
  if (moved) ids.splice(at + by, 0, moved);
  client.setQueryData(rulesKey, await answer(api.POST("/assignment-rules.reorder", { body: { ids } })));
}

export function refreshRules(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: rulesKey });
}

/** Groups of members whose name has the text. */
export async function loadTeams(text: string, signal: AbortSignal): Promise<Option[]> {
  const { groups } = await answer(
    api.POST("/groups.list", { body: { member_type: ["dev_user"], limit: 100 }, signal }),
  );
  const wanted = text.toLocaleLowerCase();
  return groups
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .map(({ display_id, name }) => ({ value: display_id, label: name }));
}
