import { messageOf } from "@/api/client";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import type { ContactsResult } from "@/features/contact/use-contacts";

/** Below the last row: more is coming, could not come, or there is no more. */
export function ContactFooter({ query }: { query: ContactsResult }) {
  const { error, hasNextPage, isFetchNextPageError, isFetchingNextPage, fetchNextPage } = query;
  if (isFetchNextPageError && !isFetchingNextPage) {
    return (
      <div role="alert" className="flex flex-wrap items-center justify-center gap-3 px-4 py-4">
        <span className="text-danger">{messageOf(error)}</span>
        <Button size="sm" onClick={() => fetchNextPage()}>
          Load more
        </Button>
      </div>
    );
  }
  if (!hasNextPage) return <p className="px-4 py-5 text-center text-[0.8125rem] text-ink-3">That is everyone</p>;
  return (
    <p className="flex items-center justify-center gap-2 px-4 py-5 text-[0.8125rem] text-ink-3">
      <Spinner />
      Loading more
    </p>
  );
}
