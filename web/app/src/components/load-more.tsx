import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { strings } from "@/strings";

type LoadMoreProps = {
  query: {
    error: Error | null;
    hasNextPage: boolean;
    isFetchNextPageError: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
};

/** Below the pages that are loaded: the way to the next one, and why it could not come. */
export function LoadMore({ query }: LoadMoreProps) {
  return (
    <>
      {query.isFetchNextPageError && <Alert>{messageOf(query.error)}</Alert>}
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          pending={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {strings.common.loadMore}
        </Button>
      )}
    </>
  );
}
