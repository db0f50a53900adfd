import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Option } from "@/components/ui/combobox";
import { type MergeType, stageWords } from "@/features/merge/merge";
import { formatDate } from "@/lib/format";

type Expression = components["schemas"]["FilterExpressionInput"];
type Finder = (words: string, record: string, signal: AbortSignal) => Promise<Option[]>;

const limit = 20;

/** Records of the type to merge with: the latest, or those that fit the words; never the record itself. */
export async function mergeOptions(
  type: MergeType,
  record: string,
  words: string,
  signal: AbortSignal,
): Promise<Option[]> {
  const found = await finders[type](words, record, signal);
  return found.filter((option) => option.value !== record);
}

const finders: Record<MergeType, Finder> = {
  rev_user: async (words, _record, signal) => {
    if (words) {
      const found = await search("rev_user", words, signal);
      return found.flatMap(({ user }) =>
        user ? option(user.id, user.display_name, [user.email, user.display_id]) : [],
      );
    }
    const body = { columns: ["name", "email"], limit };
    const { rev_users } = await answer(api.POST("/rev-users.query", { body, signal }));
    return rev_users.map((user) => option(user.id, user.display_name, [user.email, user.display_id]));
  },
  account: async (words, _record, signal) => {
    if (words) {
      const found = await search("account", words, signal);
      return found.flatMap(({ account }) =>
        account ? option(account.id, account.display_name, [account.display_id]) : [],
      );
    }
    const body = { columns: ["name"], limit };
    const { accounts } = await answer(api.POST("/accounts.query", { body, signal }));
    return accounts.map((account) => option(account.id, account.display_name, [account.display_id]));
  },
  rev_org: async (words, record, signal) => {
    // Only workspaces of one account can become one. A search knows no account, a filter does.
    const { rev_org } = await answer(api.POST("/rev-orgs.get", { body: { id: record }, signal }));
    const filter = workspaceFilter(words, rev_org.account?.id);
    const body = { ...(filter && { filter }), columns: ["name", "domain"], limit };
    const { rev_orgs } = await answer(api.POST("/rev-orgs.query", { body, signal }));
    return rev_orgs.map((org) => option(org.id, org.display_name, [org.domain, org.display_id]));
  },
  conversation: async (words, record, signal) => {
    // Only conversations of the same contacts can become one.
    const { conversation } = await answer(api.POST("/conversations.get", { body: { id: record }, signal }));
    const members = conversation.members.filter(({ type }) => type === "rev_user").map(({ id }) => id);
    if (members.length === 0) return [];
    const body = { members, sort_by: ["last_message_date:desc"], limit: 100 };
    const { conversations } = await answer(api.POST("/conversations.list", { body, signal }));
    return conversations
      .map(({ display_id, title, stage, created_date }) => {
        const details = [display_id, stageWords[stage.name], formatDate(created_date)];
        return option(display_id, title || display_id, details);
      })
      .filter(({ label, detail = "" }) => `${label} ${detail}`.toLowerCase().includes(words.toLowerCase()))
      .slice(0, limit);
  },
};

async function search(namespace: "account" | "rev_user", query: string, signal: AbortSignal) {
  return (await answer(api.POST("/search.hybrid", { body: { namespace, query, limit }, signal }))).results;
}

function option(id: string, name: string | undefined, details: (string | undefined)[]): Option {
  return { value: id, label: name || id, detail: details.filter(Boolean).join(" · ") };
}

/** As an expression and not as text, so that nothing need be quoted. */
function workspaceFilter(words: string, account: string | undefined): Expression | undefined {
  const all: Expression[] = [];
  if (account) all.push({ type: "primitive", field: "account", operator: "eq", values: [account] });
  if (words) {
    const fields = ["name", "domain", "ref"];
    all.push({
      type: "or",
      expressions: fields.map((field) => ({ type: "primitive", field, operator: "contains", values: [words] })),
    });
  }
  return all.length > 0 ? { type: "and", expressions: all } : undefined;
}
