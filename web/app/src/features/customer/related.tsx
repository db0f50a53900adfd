import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { QueryState } from "@/components/query-state";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { type AnyRecord, detailOf, type RecordPage, type RecordType, recordKinds } from "@/features/record/record";
import { RecordName } from "@/features/record/record-name";
import { strings } from "@/strings";

const pageSize = 50;

type RelatedProps = {
  /** Which records are shown. */
  type: RecordType;
  /** What they meet. */
  filter: string;
};

/** The records that belong to another: the people of an account, its workspaces. */
export function Related({ type, filter }: RelatedProps) {
  const kind = recordKinds[type];
  const query = useInfiniteQuery({
    queryKey: ["record", "related", type, filter],
    queryFn: ({ pageParam, signal }): Promise<RecordPage> => {
      const base = { filter, sort_by: ["display_name:asc"], limit: pageSize };
      return kind.query({ ...base, ...(pageParam ? { cursor: pageParam } : {}) }, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
  });
  return (
    <QueryState query={query} loading={strings.records.loading(kind.words.many)}>
      {({ pages }) => {
        const records = pages.flatMap((page) => page.records);
        if (records.length === 0) return <p className="text-ink-3">{strings.customer.noPeople}</p>;
        return (
          <div className="grid gap-3">
            <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
              {records.map((record) => (
                <RelatedRow key={record.id} type={type} record={record} />
              ))}
            </ul>
            <div className="flex flex-wrap gap-2">
              {query.hasNextPage && (
                <Button size="sm" pending={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                  {strings.common.loadMore}
                </Button>
              )}
              <Button asChild size="sm" variant="ghost">
                <Link to={kind.path} search={{ filter }}>
                  {strings.customer.morePeople}
                </Link>
              </Button>
            </div>
          </div>
        );
      }}
    </QueryState>
  );
}

function RelatedRow({ type, record }: { type: RecordType; record: AnyRecord }) {
  const name = record.display_name ?? record.display_id;
  return (
    <li className="relative flex items-center gap-3 px-3 py-2 hover:bg-hover">
      <Avatar name={name} seed={record.id} picture={record.display_picture} className="size-8" />
      <div className="min-w-0 flex-1">
        <RecordName kind={recordKinds[type]} record={record} cover />
        <p className="truncate text-[0.8125rem] text-ink-3">{detailOf(record)}</p>
      </div>
    </li>
  );
}
