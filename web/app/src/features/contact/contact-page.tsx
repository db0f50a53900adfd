import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { CloudOff, RotateCw } from "lucide-react";
import { useCallback } from "react";
import { messageOf } from "@/api/client";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { contactsQuery } from "@/features/contact/contact";
import { ContactCards } from "@/features/contact/contact-cards";
import { ContactEmpty } from "@/features/contact/contact-empty";
import { ContactFooter } from "@/features/contact/contact-footer";
import { type ContactSearch, toggleSort } from "@/features/contact/contact-search";
import { ContactSkeleton } from "@/features/contact/contact-skeleton";
import { ContactSort } from "@/features/contact/contact-sort";
import { ContactTable } from "@/features/contact/contact-table";
import { type ContactsResult, useContacts } from "@/features/contact/use-contacts";
import { formatNumber, plural } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useMediaQuery } from "@/lib/use-media-query";
import { useTitle } from "@/lib/use-title";

type ContactPageProps = { search: ContactSearch; onSearchChange: (search: ContactSearch) => void };

/** All contacts of the organisation, in an order that the URL holds. */
export function ContactPage({ search, onSearchChange }: ContactPageProps) {
  useTitle("Contacts");
  const client = useQueryClient();
  const query = useContacts(search);
  const refresh = () => {
    // Back to the first page: what lies beyond is fetched again on the way down.
    client.setQueryData(contactsQuery(search).queryKey, firstPage);
    void query.refetch();
  };
  useHotkeys({ r: refresh });
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-14 items-center gap-3 border-line border-b px-4 py-2 sm:px-6">
        <h1 className="font-semibold text-[0.9375rem]">Contacts</h1>
        <p role="status" className="text-[0.8125rem] whitespace-nowrap text-ink-3 tabular-nums">
          {query.data && query.data.length > 0 && countText(query.data.length, query.hasNextPage)}
        </p>
        <div className="ml-auto flex items-center gap-2">
          <ContactSort search={search} onChange={onSearchChange} />
          <Button variant="ghost" size="icon" onClick={refresh} pending={query.isRefetching} aria-label="Refresh">
            {!query.isRefetching && <RotateCw aria-hidden />}
          </Button>
        </div>
      </header>
      <div className="min-h-0 flex-1">
        <ContactList query={query} search={search} onSearchChange={onSearchChange} />
      </div>
    </div>
  );
}

function firstPage<Page, Param>(data: InfiniteData<Page, Param> | undefined): InfiniteData<Page, Param> | undefined {
  return data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) };
}

/** The list's length is not known before its end: no count is made up. */
function countText(loaded: number, hasMore: boolean): string {
  return hasMore ? `${formatNumber(loaded)} loaded` : plural(loaded, "contact");
}

type ContactListProps = ContactPageProps & { query: ContactsResult };

function ContactList({ query, search, onSearchChange }: ContactListProps) {
  const isWide = useMediaQuery("(min-width: 48rem)");
  const { data, error, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const onNearEnd = useCallback(() => {
    // After a failure only the reader asks again, or the page would hammer a server in trouble.
    if (!isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isFetching, isFetchNextPageError, fetchNextPage]);

  if (!data && error) {
    return (
      <StateMessage icon={CloudOff} title="The contacts could not be loaded" role="alert">
        <p className="text-pretty text-ink-2">{messageOf(error)}</p>
        <Button className="mt-3" pending={isFetching} onClick={() => query.refetch()}>
          Try again
        </Button>
      </StateMessage>
    );
  }
  if (!data) return <ContactSkeleton />;
  if (data.length === 0) return <ContactEmpty />;
  const list = { contacts: data, hasMore: hasNextPage, onNearEnd, footer: <ContactFooter query={query} /> };
  if (!isWide) return <ContactCards {...list} />;
  return <ContactTable {...list} search={search} onSort={(key) => onSearchChange(toggleSort(search, key))} />;
}
