import { useInfiniteQuery } from "@tanstack/react-query";
import { HandCoins } from "lucide-react";
import { answer, api } from "@/api/client";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { type OpportunitiesSearch, type ShownState, shownStates } from "@/features/opportunity/opportunity-search";
import { OpportunityTable } from "@/features/opportunity/opportunity-table";
import { cn } from "@/lib/cn";
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
                <OpportunityTable works={works} />
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
