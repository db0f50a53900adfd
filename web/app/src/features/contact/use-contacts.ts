import { useInfiniteQuery } from "@tanstack/react-query";
import { contactsQuery } from "@/features/contact/contact";
import type { ContactSearch } from "@/features/contact/contact-search";

/** The pages of the contact list that are loaded so far, as one array, and the way to more. */
export function useContacts(search: ContactSearch) {
  return useInfiniteQuery(contactsQuery(search));
}

export type ContactsResult = ReturnType<typeof useContacts>;
