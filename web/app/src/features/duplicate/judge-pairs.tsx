import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { QueryState } from "@/components/query-state";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { acceptPair, type Duplicate, pairOf, pairQuery, rejectPair, sampleQuery } from "@/features/duplicate/duplicate";
import { PairCompare } from "@/features/duplicate/pair-compare";
import { refreshIdentity } from "@/features/merge/merge";
import { formatNumber, plural } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.duplicates.quality;

type JudgePairsProps = { /** Each round is a sample of its own. */ round: number; onEnd: () => void };

/** A sample of pairs, one by one, without their scores: those would lead the judgement. */
export function JudgePairs({ round, onEnd }: JudgePairsProps) {
  const query = useQuery(sampleQuery(round));
  return (
    <section className="rounded-xl border border-line bg-surface p-4 sm:p-5">
      <QueryState query={query} loading={text.sampling} bars={4}>
        {(sample) => <Sample sample={sample} onEnd={onEnd} />}
      </QueryState>
    </section>
  );
}

function Sample({ sample, onEnd }: { sample: Duplicate[]; onEnd: () => void }) {
  const [at, setAt] = useState(0);
  const [judged, setJudged] = useState(0);
  const duplicate = sample[at];
  if (sample.length === 0) return <Done title={text.noPairs} hint={text.noPairsHint} onEnd={onEnd} />;
  if (!duplicate) {
    return <Done title={text.done} hint={text.doneHint(plural(judged, strings.duplicates.scan.pair))} onEnd={onEnd} />;
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex items-center justify-between gap-3">
        <h2 role="status" className="font-semibold tabular-nums">
          {text.progress(formatNumber(at + 1), formatNumber(sample.length))}
        </h2>
        <Button size="sm" variant="ghost" onClick={onEnd}>
          {text.stop}
        </Button>
      </div>
      <progress value={at} max={sample.length} aria-label={text.judge} className={progressStyle} />
      <Judged
        key={at}
        duplicate={duplicate}
        onNext={(decided) => {
          setAt(at + 1);
          if (decided) setJudged(judged + 1);
        }}
      />
    </div>
  );
}

const progressStyle =
  "-mt-2 h-1 w-full appearance-none overflow-hidden rounded-full bg-hover [&::-moz-progress-bar]:bg-brand [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-brand";

function Judged({ duplicate, onNext }: { duplicate: Duplicate; onNext: (decided: boolean) => void }) {
  const client = useQueryClient();
  const pair = pairOf(duplicate);
  const query = useQuery(pairQuery(pair));
  const judge = useMutation({
    mutationFn: async (isSame: boolean) => {
      await (isSame ? acceptPair(pair) : rejectPair(pair));
    },
    onSuccess: () => {
      onNext(true);
      void refreshIdentity(client);
    },
  });
  return (
    <>
      <QueryState query={query} loading={strings.duplicates.loading} bars={5}>
        {(known) => <PairCompare pair={known} />}
      </QueryState>
      {judge.error && <Alert>{messageOf(judge.error)}</Alert>}
      <fieldset className="flex flex-wrap gap-2" disabled={judge.isPending}>
        <legend className="sr-only">{strings.duplicates.actions.label}</legend>
        <Button variant="primary" onClick={() => judge.mutate(true)}>
          {text.same}
        </Button>
        <Button onClick={() => judge.mutate(false)}>{text.different}</Button>
        <Button variant="ghost" onClick={() => onNext(false)}>
          {text.unsure}
        </Button>
      </fieldset>
    </>
  );
}

function Done({ title, hint, onEnd }: { title: string; hint: string; onEnd: () => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-4">
      <div className="flex gap-3">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-brand" />
        <div>
          <h2 className="font-semibold">{title}</h2>
          <p className="text-ink-2">{hint}</p>
        </div>
      </div>
      <Button onClick={onEnd}>{strings.common.close}</Button>
    </div>
  );
}
