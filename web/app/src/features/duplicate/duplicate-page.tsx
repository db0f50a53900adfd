import { useInfiniteQuery } from "@tanstack/react-query";
import { PageHeader } from "@/components/page-header";
import { Tabs } from "@/components/ui/tabs";
import { openPairsQuery, type Pair } from "@/features/duplicate/duplicate";
import { type DuplicateSearch, tabs } from "@/features/duplicate/duplicate-search";
import { MatchQuality } from "@/features/duplicate/match-quality";
import { PairQueue } from "@/features/duplicate/pair-queue";
import { ScanButton, ScanProgress } from "@/features/duplicate/scan";
import { MergeHistory } from "@/features/merge/merge-history";
import { formatNumber } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const text = strings.duplicates;

type DuplicatePageProps = {
  search: DuplicateSearch;
  onSearchChange: (search: DuplicateSearch, replace?: boolean) => void;
};

/** Who is in the organisation twice: pairs to decide, what was merged, and how far the search can be trusted. */
export function DuplicatePage({ search, onSearchChange }: DuplicatePageProps) {
  useTitle(text.title);
  const choose = (pair: Pair | undefined, replace?: boolean) => onSearchChange({ tab: "queue", pair }, replace);
  return (
    <div className="flex h-full flex-col">
      <PageHeader title={text.title} aside={<OpenCount />} actions={<ScanButton />} />
      <ScanProgress />
      <Tabs
        label={text.tabs.label}
        tabs={tabs.map((id) => ({ id, label: text.tabs[id] }))}
        value={search.tab}
        onChange={(id) => onSearchChange({ tab: tabs.find((tab) => tab === id) ?? "queue" })}
      >
        {search.tab === "queue" && <PairQueue pair={search.pair} onChoose={choose} />}
        {search.tab === "history" && (
          <div className="h-full overflow-y-auto">
            <div className="mx-auto max-w-4xl px-4 py-6 sm:px-6">
              <MergeHistory />
            </div>
          </div>
        )}
        {search.tab === "quality" && <MatchQuality />}
      </Tabs>
    </div>
  );
}

/** The queue's length is not known before its end: no count is made up. */
function OpenCount() {
  const { data, hasNextPage } = useInfiniteQuery(openPairsQuery);
  const count = data?.length ?? 0;
  return <span role="status">{count > 0 && text.open(formatNumber(count), hasNextPage)}</span>;
}
