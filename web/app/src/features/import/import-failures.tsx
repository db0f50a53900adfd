import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck, Download } from "lucide-react";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { type Failure, failuresHref, failuresQuery, type Problem } from "@/features/import/import";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

/** Saves all rows that an import did not take as CSV, to be corrected and imported. */
export function FailuresDownload({ id }: { id: string }) {
  return (
    <Button asChild size="sm">
      <a href={failuresHref(id)} download>
        <Download aria-hidden />
        {words.download}
      </a>
    </Button>
  );
}

/** The rows that an import did not take, page by page. */
export function Failures({ id }: { id: string }) {
  const query = useInfiniteQuery(failuresQuery(id));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <QueryState query={query} loading={words.loadingErrors} bars={6}>
        {({ pages }) => <FailureList failures={pages.flatMap((page) => page.errors)} />}
      </QueryState>
      <LoadMore query={query} />
    </div>
  );
}

function FailureList({ failures }: { failures: Failure[] }) {
  if (failures.length === 0) return <StateMessage icon={CircleCheck} title={words.errorsNone} />;
  return (
    <ol aria-label={words.errorsList} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {failures.map((failure) => (
        <li key={failure.row} className="overflow-hidden rounded-xl border border-line">
          <FailureHead failure={failure} />
          <ul className="divide-y divide-line">
            {failure.problems.map((problem) => (
              <ProblemItem key={`${problem.column} ${problem.code} ${problem.message}`} problem={problem} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** How many cells identify a row. */
const shownCells = 4;

function FailureHead({ failure }: { failure: Failure }) {
  const cells = failure.cells.filter((cell) => cell.trim() !== "").slice(0, shownCells);
  return (
    <div className="flex items-baseline gap-3 border-line border-b bg-sunken px-3.5 py-2">
      <span className="whitespace-nowrap font-medium tabular-nums">{words.lineOf(formatNumber(failure.line))}</span>
      <span className="min-w-0 truncate text-ink-2" title={cells.join(" · ")}>
        {cells.join(" · ")}
      </span>
    </div>
  );
}

/** One thing that is wrong with a row: the column, what stands there, and what to do. */
function ProblemItem({ problem }: { problem: Problem }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-0.5 px-3.5 py-2.5">
      {(problem.column || problem.value) && (
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          {problem.column && <span className="font-medium">{problem.column}</span>}
          {problem.value && (
            <code className="min-w-0 break-all rounded bg-danger-soft px-1 font-mono text-[0.8125rem] text-danger">
              {problem.value}
            </code>
          )}
        </p>
      )}
      <p className="break-words text-ink-2">{problem.message}</p>
    </li>
  );
}
