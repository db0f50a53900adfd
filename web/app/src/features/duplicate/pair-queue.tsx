import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Copy, ScanSearch } from "lucide-react";
import { useEffect } from "react";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import {
  type Duplicate,
  dropPair,
  openPairsQuery,
  type Pair,
  pairKey,
  pairOf,
  pairQuery,
  scanQuery,
} from "@/features/duplicate/duplicate";
import { PairList } from "@/features/duplicate/pair-list";
import { PairView } from "@/features/duplicate/pair-view";
import { ScanButton } from "@/features/duplicate/scan";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useMediaQuery } from "@/lib/use-media-query";
import { strings } from "@/strings";

const text = strings.duplicates;

type PairQueueProps = {
  /** The one that is looked at. Without it a wide screen shows the first of the list, a phone the list. */
  pair: Pair | undefined;
  onChoose: (pair: Pair | undefined, replace?: boolean) => void;
};

/** Pairs that wait for a decision, and the one that is looked at. */
export function PairQueue({ pair, onChoose }: PairQueueProps) {
  const query = useInfiniteQuery(openPairsQuery);
  if (!query.data) {
    return (
      <div className="max-w-sm p-4">
        <QueryState query={query} loading={text.loading} bars={6}>
          {() => null}
        </QueryState>
      </div>
    );
  }
  if (query.data.length === 0 && !pair) return <NoPairs />;
  const more = query.hasNextPage && { pending: query.isFetchingNextPage, load: () => void query.fetchNextPage() };
  return <Panes pair={pair} onChoose={onChoose} pairs={query.data} more={more || undefined} />;
}

type PanesProps = PairQueueProps & {
  pairs: Duplicate[];
  more: { pending: boolean; load: () => void } | undefined;
};

function Panes({ pair, onChoose, pairs, more }: PanesProps) {
  const client = useQueryClient();
  const isWide = useMediaQuery("(min-width: 64rem)");
  const keys = pairs.map(pairOf);
  const shown = pair ?? (isWide ? keys[0] : undefined);
  const at = shown ? keys.findIndex((key) => pairKey(key) === pairKey(shown)) : -1;
  const next = keys[at + 1];
  const { one: nextOne, other: nextOther } = next ?? {};
  const move = (step: number) => {
    const to = keys[Math.max(0, at + step)];
    if (to) onChoose(to, true);
  };
  useHotkeys({ j: () => move(1), k: () => move(-1) });
  useEffect(() => {
    // The next one is there at once when this one is decided.
    if (nextOne && nextOther) void client.prefetchQuery(pairQuery({ one: nextOne, other: nextOther }));
  }, [client, nextOne, nextOther]);

  const decided = (done: Pair) => {
    onChoose(next ?? (at > 0 ? keys[at - 1] : undefined), true);
    dropPair(client, done);
  };
  const list = <PairList pairs={pairs} shown={shown} onChoose={onChoose} more={more} />;
  const view = shown && (
    <PairView key={pairKey(shown)} pair={shown} onDecided={() => decided(shown)} onSkip={next && (() => move(1))} />
  );
  if (isWide) {
    return (
      <div className="grid h-full grid-cols-[20rem_minmax(0,1fr)]">
        <div className="min-h-0 overflow-y-auto border-line border-r">{list}</div>
        <div className="min-h-0">{view}</div>
      </div>
    );
  }
  if (!view) return <div className="h-full overflow-y-auto">{list}</div>;
  return (
    <div className="flex h-full flex-col">
      <div className="border-line border-b px-2 py-1">
        <Button variant="ghost" size="sm" onClick={() => onChoose(undefined)}>
          <ArrowLeft aria-hidden />
          {text.back}
        </Button>
      </div>
      <div className="min-h-0 flex-1">{view}</div>
    </div>
  );
}

/** Tells a queue that is done from one that nobody ever filled. */
function NoPairs() {
  const { data: scan } = useQuery(scanQuery);
  if (scan === undefined) return null;
  if (scan) {
    return (
      <StateMessage icon={Copy} title={text.empty.none}>
        <p className="text-pretty text-ink-2">{text.empty.noneHint}</p>
      </StateMessage>
    );
  }
  return (
    <StateMessage icon={ScanSearch} title={text.empty.never}>
      <p className="mb-3 text-pretty text-ink-2">{text.empty.neverHint}</p>
      <ScanButton variant="primary" />
    </StateMessage>
  );
}
