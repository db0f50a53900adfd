import { percent, type Quality, type Share } from "@/features/duplicate/duplicate";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.duplicates.quality;

/** Precision and recall from each score on, the highest score first, each as a dot on its interval. */
export function QualityTable({ quality }: { quality: Quality }) {
  const rows = quality.ranges
    .map((range, at) => ({ range, estimate: quality.estimates[at] }))
    .filter(({ range }) => range.pairs > 0 || range.judged > 0)
    .reverse();
  if (rows.length === 0) return <p className="text-ink-2">{text.noRanges}</p>;
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <table className="w-full table-fixed border-collapse text-[0.8125rem]">
        <caption className="sr-only">{text.estimates}</caption>
        <thead>
          <tr className="border-line border-b text-left text-ink-3 text-xs [&_th]:px-2 [&_th]:py-2 [&_th]:font-medium sm:[&_th]:px-3">
            <th scope="col" className="w-20 sm:w-28">
              {text.from}
            </th>
            <th scope="col" className="w-16 text-right sm:w-20">
              {text.pairs}
            </th>
            <th scope="col" className="w-32 max-sm:hidden">
              {text.judged}
            </th>
            <th scope="col">{text.precision}</th>
            <th scope="col">{text.recall}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ range, estimate }) => {
            const isThreshold = quality.threshold?.probability === range.probability;
            return (
              <tr
                key={range.probability}
                className={cn(
                  "border-line border-b last:border-b-0 [&>*]:px-2 [&>*]:py-2 sm:[&>*]:px-3",
                  isThreshold && "bg-brand-soft/60",
                )}
              >
                <th scope="row" className="text-left font-medium tabular-nums">
                  {percent(range.probability)}
                </th>
                <td className="text-right tabular-nums">{formatNumber(range.pairs)}</td>
                <td className="text-ink-2 tabular-nums max-sm:hidden">
                  {range.judged > 0
                    ? text.judgedOf(formatNumber(range.same), formatNumber(range.judged))
                    : strings.common.none}
                </td>
                <td>{estimate && <ShareBar share={estimate.precision} />}</td>
                <td>{estimate && <ShareBar share={estimate.recall} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A share as a dot, and what is plausible as a bar behind it. */
function ShareBar({ share }: { share: Share }) {
  const words = text.interval(percent(share.value), percent(share.low), percent(share.high));
  return (
    <span className="grid gap-1" title={words}>
      <span className="sr-only">{words}</span>
      <span aria-hidden className="text-ink tabular-nums">
        {percent(share.value)}
      </span>
      <span aria-hidden className="relative block h-2 rounded-full bg-hover">
        <span
          className="absolute inset-y-0 rounded-full bg-brand/35"
          style={{ left: `${share.low * 100}%`, width: `${(share.high - share.low) * 100}%` }}
        />
        <span
          className="-translate-x-1/2 absolute inset-y-0 w-2 rounded-full bg-brand"
          style={{ left: `clamp(0.25rem, ${share.value * 100}%, calc(100% - 0.25rem))` }}
        />
      </span>
    </span>
  );
}
