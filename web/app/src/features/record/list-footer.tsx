import { messageOf } from "@/api/client";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import type { RecordKind } from "@/features/record/record";
import type { RecordsResult } from "@/features/record/use-records";
import { strings } from "@/strings";

/** Below the last row: more is coming, could not come, or there is no more. */
export function ListFooter({ kind, query }: { kind: RecordKind; query: RecordsResult }) {
  const { error, hasNextPage, isFetchNextPageError, isFetchingNextPage, fetchNextPage } = query;
  if (isFetchNextPageError && !isFetchingNextPage) {
    return (
      <div role="alert" className="flex flex-wrap items-center justify-center gap-3 px-4 py-4">
        <span className="text-danger">{messageOf(error)}</span>
        <Button size="sm" onClick={() => fetchNextPage()}>
          {strings.common.loadMore}
        </Button>
      </div>
    );
  }
  if (!hasNextPage) {
    return (
      <p className="px-4 pt-5 pb-20 text-center text-[0.8125rem] text-ink-3">
        {kind.type === "rev_user" ? strings.records.end : strings.records.endOf(kind.words.many)}
      </p>
    );
  }
  return (
    <p className="flex items-center justify-center gap-2 px-4 py-5 text-[0.8125rem] text-ink-3">
      <Spinner />
      {strings.records.loadingMore}
    </p>
  );
}
