import { answer, api } from "@/api/client";
import type { Option } from "@/components/ui/combobox";
import { type RecordType, recordKinds } from "@/features/record/record";
import { searchRecords } from "@/features/record/use-records";

const optionLimit = 50;

/** Loads what can be chosen for values that are records. */
export type Loader = (text: string, signal: AbortSignal) => Promise<Option[]>;

/** Tags whose name has the text. */
export const loadTags: Loader = async (text, signal) => {
  const body = { limit: optionLimit, sort_by: ["name:asc"] };
  if (!text) return tagOptions(await answer(api.POST("/tags.list", { body, signal })));
  const found = await answer(
    api.POST("/search.core", { body: { query: text, namespaces: ["tag"], limit: optionLimit }, signal }),
  );
  return found.results.flatMap(({ tag }) => (tag ? [{ value: tag.display_id ?? tag.id, label: tag.name }] : []));
};

function tagOptions({ tags }: { tags: { display_id: string; name: string }[] }): Option[] {
  return tags.map(({ display_id, name }) => ({ value: display_id, label: name }));
}

/** Members whose name or address has the text. */
export const loadMembers: Loader = async (text, signal) => {
  const { dev_users } = await answer(api.POST("/dev-users.list", { body: { limit: 100 }, signal }));
  const wanted = text.toLocaleLowerCase();
  return dev_users
    .filter(({ display_name, email }) => `${display_name} ${email}`.toLocaleLowerCase().includes(wanted))
    .map(({ display_id, display_name, email }) => ({ value: display_id, label: display_name, detail: email }));
};

/** Records of a type: the newest, or what a search finds. */
export function loadRecords(type: RecordType): Loader {
  return async (text, signal) => {
    if (text) {
      const found = await searchRecords(type, text, optionLimit, signal);
      return found.map(({ display_id, display_name, detail }) => ({ value: display_id, label: display_name, detail }));
    }
    const query = { columns: ["display_name"], sort_by: ["created_date:desc"], limit: optionLimit };
    const { records } = await recordKinds[type].query(query, signal);
    return records.map(({ display_id, display_name }) => ({
      value: display_id,
      label: display_name ?? display_id,
      detail: display_id,
    }));
  };
}

/** Creates a tag and returns it as an option. */
export async function createTag(name: string): Promise<Option> {
  const { tag } = await answer(api.POST("/tags.create", { body: { name } }));
  return { value: tag.display_id, label: tag.name };
}
