import { useInfiniteQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { OpportunityTable } from "@/features/opportunity/opportunity-table";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { strings } from "@/strings";

const words = strings.inbox.opportunities;
const pageSize = 20;

type OpportunitiesProps = { kind: RecordKind; record: AnyRecord };

/** What may be sold to the customer. They are made over the API. */
export function Opportunities({ kind, record }: OpportunitiesProps) {
  const of = kind.type === "rev_user" ? { contact: [record.display_id] } : { account: [record.display_id] };
  const query = useInfiniteQuery({
    queryKey: ["items", "opportunity", of],
    queryFn: ({ pageParam, signal }) => {
      const body = { type: ["opportunity" as const], ...of, limit: pageSize, ...(pageParam && { cursor: pageParam }) };
      return answer(api.POST("/works.list", { body, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  return (
    <section aria-label={words.title} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 className="font-medium text-[0.8125rem] text-ink-2">{words.title}</h2>
      <QueryState query={query} loading={words.loading} bars={1}>
        {({ pages }) => {
          const works = pages.flatMap((page) => page.works);
          if (works.length === 0) return <p className="text-[0.8125rem] text-ink-3">{words.none}</p>;
          return (
            <>
              <OpportunityTable ofOne works={works} />
              <LoadMore query={query} />
            </>
          );
        }}
      </QueryState>
    </section>
  );
}
