import type { QueryClient } from "@tanstack/react-query";
import type { ItemType } from "@/features/inbox/item";
import { fieldsQuery } from "@/features/record/field";
import { vistasQuery } from "@/features/vista/vista";

/** What the page of an inbox needs before it shows: its saved views, and what can be asked for. */
export function loadInbox(client: QueryClient, type: ItemType): Promise<unknown> {
  const fields = ([type, "rev_user", "account"] as const).map((of) => client.ensureQueryData(fieldsQuery(of)));
  return Promise.all([client.ensureQueryData(vistasQuery(type)), ...fields]);
}
