import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Option } from "@/components/ui/combobox";
import type { MergeType } from "@/features/merge/merge";

type Expression = components["schemas"]["FilterExpressionInput"];

const limit = 20;

/** Records of the type to merge with, found by name and by what they are known by; never the record itself. */
export async function mergeOptions(
  type: MergeType,
  record: string,
  words: string,
  signal: AbortSignal,
): Promise<Option[]> {
  const found = await finders[type](words, record, signal);
  return found.filter((option) => option.value !== record);
}

const finders = {
  rev_user: async (words: string, _record: string, signal: AbortSignal) => {
    const { rev_users } = await answer(
      api.POST("/rev-users.query", {
        body: { ...search(words, ["name", "email", "ref", "phone"]), columns: ["name", "email"], limit },
        signal,
      }),
    );
    return rev_users.map((user) => option(user.id, user.display_name, [user.email, user.display_id]));
  },
  account: async (words: string, _record: string, signal: AbortSignal) => {
    const { accounts } = await answer(
      api.POST("/accounts.query", {
        body: { ...search(words, ["name", "domain", "ref"]), columns: ["name", "domain"], limit },
        signal,
      }),
    );
    return accounts.map((account) =>
      option(account.id, account.display_name, [account.domains?.join(", "), account.display_id]),
    );
  },
  rev_org: async (words: string, record: string, signal: AbortSignal) => {
    // Only workspaces of one account can become one: others are not offered.
    const { rev_org } = await answer(api.POST("/rev-orgs.get", { body: { id: record }, signal }));
    const ofAccount = rev_org.account && condition("account", "eq", rev_org.account.id);
    const { rev_orgs } = await answer(
      api.POST("/rev-orgs.query", {
        body: { ...search(words, ["name", "domain", "ref"], ofAccount), columns: ["name", "domain"], limit },
        signal,
      }),
    );
    return rev_orgs.map((org) => option(org.id, org.display_name, [org.domain, org.display_id]));
  },
} satisfies Record<MergeType, (words: string, record: string, signal: AbortSignal) => Promise<Option[]>>;

function option(id: string, name: string | undefined, details: (string | undefined)[]): Option {
  return { value: id, label: name || id, detail: details.filter(Boolean).join(" · ") };
}

/** The filter for records of which some field has the words, as an expression: so nothing need be quoted. */
function search(words: string, fields: string[], also?: Expression): { filter?: Expression } {
  const any: Expression | undefined = words
    ? { type: "or", expressions: fields.map((field) => condition(field, "contains", words)) }
    : undefined;
  const all = [any, also].filter((expression) => expression !== undefined);
  if (all.length === 0) return {};
  return { filter: { type: "and", expressions: all } };
}

function condition(field: string, operator: "contains" | "eq", value: string): Expression {
  return { type: "primitive", field, operator, values: [value] };
}
