import { useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useId, useState } from "react";
import { QueryState } from "@/components/query-state";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { percent, type Quality, qualityQuery } from "@/features/duplicate/duplicate";
import { JudgePairs } from "@/features/duplicate/judge-pairs";
import { LastScan } from "@/features/duplicate/last-scan";
import { Part } from "@/features/duplicate/part";
import { QualityTable } from "@/features/duplicate/quality-table";
import { strings } from "@/strings";

const text = strings.duplicates.quality;

/** How far the search's scores can be trusted, from what members decided. */
export function MatchQuality() {
  const [round, setRound] = useState(0);
  const [judging, setJudging] = useState(false);
  const start = () => {
    setRound(round + 1);
    setJudging(true);
  };
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-10 px-4 py-6 sm:px-6">
        {judging ? (
          <JudgePairs key={round} round={round} onEnd={() => setJudging(false)} />
        ) : (
          <Introduction again={round > 0} onStart={start} />
        )}
        <Estimates />
        <LastScan />
      </div>
    </div>
  );
}

function Introduction({ again, onStart }: { again: boolean; onStart: () => void }) {
  return (
    <section className="flex flex-wrap items-start justify-between gap-4 rounded-xl border border-line bg-surface p-5">
      <div className="grid max-w-xl gap-1.5">
        <h2 className="font-semibold text-base">{text.title}</h2>
        <p className="text-pretty text-ink-2">{text.hint}</p>
        <p className="text-pretty text-[0.8125rem] text-ink-3">{text.judgeHint}</p>
      </div>
      <Button variant="primary" onClick={onStart}>
        <Scale aria-hidden />
        {again ? text.judgeMore : text.judge}
      </Button>
    </section>
  );
}

const precisions = [0.9, 0.95, 0.98, 0.99, 0.995, 0.999];

function Estimates() {
  const [precision, setPrecision] = useState(0.99);
  const query = useQuery(qualityQuery(precision));
  const id = useId();
  return (
    <Part
      title={text.estimates}
      hint={text.estimatesHint}
      aside={
        <label htmlFor={id} className="flex items-center gap-2 text-[0.8125rem] text-ink-2">
          {text.wanted}
          <Select
            id={id}
            value={precision}
            onChange={(event) => setPrecision(Number(event.currentTarget.value))}
            className="w-24"
          >
            {precisions.map((share) => (
              <option key={share} value={share}>
                {percent(share)}
              </option>
            ))}
          </Select>
        </label>
      }
    >
      <QueryState query={query} loading={text.loading} bars={5}>
        {(quality) => (
          <>
            <Threshold quality={quality} precision={precision} />
            <QualityTable quality={quality} />
          </>
        )}
      </QueryState>
    </Part>
  );
}

function Threshold({ quality, precision }: { quality: Quality; precision: number }) {
  const { threshold } = quality;
  if (!threshold) return <Alert tone="info">{text.noThreshold(percent(precision))}</Alert>;
  return (
    <Alert tone="info">
      <p className="font-medium text-ink">{text.threshold(percent(precision), percent(threshold.probability))}</p>
      <p>
        {text.thresholdRecall(
          text.interval(percent(threshold.recall.value), percent(threshold.recall.low), percent(threshold.recall.high)),
        )}
      </p>
    </Alert>
  );
}
