import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { RevUser } from "@/api/types";
import { type ContactSearch, sortBy } from "@/features/contact/contact-search";

export const pageSize = 100;

/**
 * The contacts in the list's order, page by page. Loaded pages stay as they are
 * until the reader refreshes: fetching all of them again behind the reader's
 * back would cost more the further one has scrolled.
 */
export function contactsQuery(search: ContactSearch) {
  const order = sortBy(search);
  return infiniteQueryOptions({
    queryKey: ["contacts", order],
    queryFn: ({ pageParam, signal }) => {
      const page = { limit: pageSize, sort_by: order, ...(pageParam ? { cursor: pageParam } : {}) };
      return answer(api.POST("/rev-users.list", { body: page, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
    select: (data) => data.pages.flatMap((page) => page.rev_users),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The reference that somebody gave the contact. The API shows the display id when nobody did. */
export function externalRef(contact: RevUser): string | undefined {
  return contact.external_ref === contact.display_id ? undefined : contact.external_ref || undefined;
}

/** What tells contacts of one name apart in a line of text. */
export function contactDetail(contact: RevUser): string {
  return contact.email ?? contact.phone_numbers?.[0] ?? externalRef(contact) ?? contact.display_id;
}
