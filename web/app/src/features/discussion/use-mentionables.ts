import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { searchRecords } from "@/features/record/use-records";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

/** A member or a contact whom a comment can name. */
export type Mentionable = { id: string; name: string; displayId: string; detail: string };

const most = 6;
const none: Mentionable[] = [];

/** Members and contacts for what was typed behind an @; nobody while nothing is being typed. */
export function useMentionables(typed: string | undefined): Mentionable[] {
  const wanted = useDebounced(typed, 120);
  const query = useQuery({
    queryKey: ["options", "mentions", wanted],
    queryFn: async ({ signal }) => {
      const found = await Promise.all([members(wanted ?? "", signal), contacts(wanted ?? "", signal)]);
      return found.flat();
    },
    enabled: wanted !== undefined,
    staleTime: 30_000,
    retry: false,
    placeholderData: (previous) => previous,
  });
  // What was found for another text may not be chosen for this one.
  return typed !== undefined && typed === wanted && !query.isPlaceholderData ? (query.data ?? none) : none;
}

async function members(text: string, signal: AbortSignal): Promise<Mentionable[]> {
  const { dev_users } = await answer(api.POST("/dev-users.list", { body: { limit: 100 }, signal }));
  const wanted = text.toLocaleLowerCase();
  return dev_users
    .filter(({ display_name, email }) => `${display_name} ${email}`.toLocaleLowerCase().includes(wanted))
    .slice(0, most)
    .map(({ id, display_id, display_name }) => ({
      id,
      name: display_name,
      displayId: display_id,
      detail: strings.discussion.member,
    }));
}

async function contacts(text: string, signal: AbortSignal): Promise<Mentionable[]> {
  if (text === "") return none;
  const found = await searchRecords("rev_user", text, most, signal);
  return found.map(({ id, display_id, display_name, detail }) => ({
    id,
    name: display_name || display_id,
    displayId: display_id,
    detail: detail ?? display_id,
  }));
}
