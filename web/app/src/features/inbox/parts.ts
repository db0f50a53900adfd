import { answer, api } from "@/api/client";
import type { Option } from "@/components/ui/combobox";
import type { Loader } from "@/features/record/options";

/** The products whose names have the text, among the first hundred: they are few. */
export const loadParts: Loader = async (text, signal) => {
  const body = { sort_by: ["name:asc"], limit: 100 };
  const { parts } = await answer(api.POST("/parts.list", { body, signal }));
  return parts
    .filter(({ name }) => name.toLocaleLowerCase().includes(text.toLocaleLowerCase()))
    .map(({ display_id, name }) => ({ value: display_id, label: name }));
};

/** Creates a product, which the caller looks after. */
export async function createPart(name: string): Promise<Option> {
  const { dev_user } = await answer(api.POST("/dev-users.self", { body: {} }));
  const body = { type: "product" as const, name, owned_by: [dev_user.id] };
  const { part } = await answer(api.POST("/parts.create", { body }));
  return { value: part.display_id, label: part.name };
}
