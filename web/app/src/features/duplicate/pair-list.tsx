import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { type Duplicate, type Pair, pairKey, pairOf, percent } from "@/features/duplicate/duplicate";
import { nameOf, ruleText } from "@/features/merge/merge";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type PairListProps = {
  pairs: Duplicate[];
  shown: Pair | undefined;
  onChoose: (pair: Pair) => void;
  more: { pending: boolean; load: () => void } | undefined;
};

/** Open pairs, the most likely first. */
export function PairList({ pairs, shown, onChoose, more }: PairListProps) {
  return (
    <>
      <ul aria-label={strings.duplicates.list} className="divide-y divide-line border-line border-b">
        {pairs.map((duplicate) => {
          const pair = pairOf(duplicate);
          const isShown = shown !== undefined && pairKey(shown) === pairKey(pair);
          return (
            <PairRow key={pairKey(pair)} duplicate={duplicate} isShown={isShown} onChoose={() => onChoose(pair)} />
          );
        })}
      </ul>
      {more && (
        <div className="grid p-3">
          <Button pending={more.pending} onClick={more.load}>
            {strings.common.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

type PairRowProps = { duplicate: Duplicate; isShown: boolean; onChoose: () => void };

function PairRow({ duplicate, isShown, onChoose }: PairRowProps) {
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isShown) row.current?.scrollIntoView({ block: "nearest" });
  }, [isShown]);
  return (
    <li>
      <button
        ref={row}
        type="button"
        aria-current={isShown || undefined}
        onClick={onChoose}
        className={cn(
          "grid w-full grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-transparent border-l-2 py-2.5 pr-4 pl-4 text-left outline-offset-[-2px] hover:bg-hover",
          isShown && "border-brand bg-selected hover:bg-selected",
        )}
      >
        <span className="min-w-0">
          <span className="block truncate font-medium">{nameOf(duplicate.rev_user)}</span>
          <span className="block truncate font-medium">
            <span className="sr-only">{strings.duplicates.and} </span>
            {nameOf(duplicate.other)}
          </span>
          <span className="mt-0.5 block truncate text-[0.8125rem] text-ink-2">{ruleText(duplicate.rule)}</span>
        </span>
        <span className="font-medium tabular-nums" title={strings.duplicates.likely(percent(duplicate.probability))}>
          {percent(duplicate.probability)}
        </span>
      </button>
    </li>
  );
}
