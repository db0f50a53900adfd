import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { stageText, type Work } from "@/features/inbox/item";
import { Owners } from "@/features/inbox/marks";
import { amountOf } from "@/features/opportunity/opportunity";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { formatDate } from "@/lib/format";
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
              <div className="overflow-x-auto rounded-xl border border-line bg-surface">
                <table className="w-full min-w-xl text-left text-[0.8125rem]">
                  <thead>
                    <tr className="border-line border-b text-ink-3 text-xs">
                      {[words.name, words.stage, words.amount, words.closes, words.owner].map((name) => (
                        <th key={name} scope="col" className="px-3.5 py-2 font-medium">
                          {name}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody className="divide-y divide-line">
                    {works.map((work) => (
                      <Row key={work.id} work={work} />
                    ))}
                  </tbody>
                </table>
              </div>
              <LoadMore query={query} />
            </>
          );
        }}
      </QueryState>
    </section>
  );
}

function Row({ work }: { work: Work }) {
  return (
    <tr>
      <td className="max-w-64 px-3.5 py-2">
        <Link
          to="/opportunities/$id"
          params={{ id: work.display_id }}
          title={work.title}
          className="block truncate font-medium hover:underline"
        >
          {work.title}
        </Link>
        <span className="text-ink-3 text-xs tabular-nums">{work.display_id}</span>
      </td>
      <td className="whitespace-nowrap px-3.5 py-2">{stageText(work.stage.name)}</td>
      <td className="whitespace-nowrap px-3.5 py-2 tabular-nums">{amountOf(work)}</td>
      <td className="whitespace-nowrap px-3.5 py-2 tabular-nums">
        {formatDate(work.actual_close_date ?? work.target_close_date) || "–"}
      </td>
      <td className="max-w-40 px-3.5 py-2">
        <Owners owners={work.owned_by} />
      </td>
    </tr>
  );
}
