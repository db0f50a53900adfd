import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HandCoins } from "lucide-react";
import { answer, api } from "@/api/client";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import type { Work } from "@/features/inbox/item";
import { Owners, StageMark } from "@/features/inbox/marks";
import { amountOf } from "@/features/opportunity/opportunity";
import { type OpportunitiesSearch, type ShownState, shownStates } from "@/features/opportunity/opportunity-search";
import { RecordLink } from "@/features/record/record-link";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.inbox.opportunities;
const pageSize = 50;

const statesOf = { open: ["open", "in_progress"], closed: ["closed"], all: undefined };

type OpportunityListProps = { search: OpportunitiesSearch; onSearchChange: (search: OpportunitiesSearch) => void };

/** What may be sold: all opportunities, the one changed last first. */
export function OpportunityList({ search, onSearchChange }: OpportunityListProps) {
  useTitle(words.title);
  const shown = search.state ?? "open";
  const state = statesOf[shown];
  const query = useInfiniteQuery({
    queryKey: ["items", "opportunity", "list", shown],
    queryFn: ({ pageParam, signal }) => {
      const page = { sort_by: ["modified_date:desc"], limit: pageSize, ...(pageParam && { cursor: pageParam }) };
      const body = { type: ["opportunity" as const], ...(state && { state }), ...page };
      return answer(api.POST("/works.list", { body, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center justify-between gap-3 border-line border-b px-4 py-3 sm:px-6">
        <h1 className="font-semibold text-lg tracking-tight">{words.title}</h1>
        <StateSwitch value={shown} onChange={(next) => onSearchChange(next === "open" ? {} : { state: next })} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-5 sm:px-6">
        <QueryState query={query} loading={words.loading} bars={4}>
          {({ pages }) => {
            const works = pages.flatMap((page) => page.works);
            if (works.length === 0) {
              return (
                <StateMessage icon={HandCoins} title={words.noneShown}>
                  <p className="text-pretty text-ink-2">{words.noneShownText}</p>
                </StateMessage>
              );
            }
            return (
              <div className="grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-3">
                <Table works={works} />
                <LoadMore query={query} />
              </div>
            );
          }}
        </QueryState>
      </div>
    </div>
  );
}

function StateSwitch({ value, onChange }: { value: ShownState; onChange: (value: ShownState) => void }) {
  return (
    <fieldset className="flex w-fit gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{words.state}</legend>
      {shownStates.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === value}
          onClick={() => onChange(state)}
          className={cn(
            "h-7 rounded-md px-2.5 font-medium text-[0.8125rem]",
            state === value ? "bg-raised text-ink shadow-xs" : "text-ink-2 hover:text-ink",
          )}
        >
          {words.states[state]}
        </button>
      ))}
    </fieldset>
  );
}

function Table({ works }: { works: Work[] }) {
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className="w-full min-w-2xl text-left text-[0.8125rem]">
        <thead>
          <tr className="border-line border-b text-ink-3 text-xs">
            {[words.name, words.account, words.stage, words.amount, words.closes, words.owner].map((name) => (
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
  );
}

function Row({ work }: { work: Work }) {
  return (
    <tr className="hover:bg-hover">
      <td className="max-w-72 px-3.5 py-2">
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
      <td className="max-w-48 truncate px-3.5 py-2">
        {work.account ? (
          <RecordLink id={work.account.display_id}>{work.account.display_name ?? work.account.display_id}</RecordLink>
        ) : (
          "–"
        )}
      </td>
      <td className="whitespace-nowrap px-3.5 py-2">
        <StageMark stage={work.stage.name} />
      </td>
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
