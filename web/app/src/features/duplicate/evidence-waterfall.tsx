import { type Evidence, signedBits } from "@/features/duplicate/duplicate";
import { type Step, type Waterfall, waterfallOf } from "@/features/duplicate/waterfall";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const text = strings.duplicates.evidence;

/** The weight of each field as a waterfall. It is a table whose rows each have their bar, so it can be read as one. */
export function EvidenceWaterfall({ evidence, probability }: { evidence: Evidence; probability: number }) {
  const picture = waterfallOf(evidence, probability);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <table className="w-full table-fixed border-collapse">
        <caption className="sr-only">{text.title}</caption>
        <thead className="text-ink-3 text-xs">
          <tr>
            <th scope="col" className="w-[38%] pb-1 text-left font-normal sm:w-56">
              <span className="sr-only">{text.field}</span>
            </th>
            <th scope="col" className="pb-1 font-normal">
              <Scale picture={picture} />
            </th>
            <th scope="col" className="w-14 pb-1 text-right font-normal">
              {text.bits}
            </th>
          </tr>
        </thead>
        <tbody>
          {picture.steps.map((step, at) => (
            <StepRow key={step.key} step={step} picture={picture} isLast={at === picture.steps.length - 1} />
          ))}
          <SumRow picture={picture} />
        </tbody>
      </table>
      {evidence.learnt_bits !== 0 && (
        <p className="text-[0.8125rem] text-ink-2">{text.learnt(signedBits(evidence.learnt_bits))}</p>
      )}
      {picture.notSaid.length > 0 && (
        <p className="text-[0.8125rem] text-ink-3">{text.notSaid(picture.notSaid.join(", "))}</p>
      )}
    </div>
  );
}

/** Where a running sum lies in the picture, in percent of its width. */
function at(sum: number, { low, high }: Waterfall): number {
  return high === low ? 50 : ((sum - low) / (high - low)) * 100;
}

/** Says what left and right of even odds mean, where there is room for it. */
function Scale({ picture }: { picture: Waterfall }) {
  const zero = at(0, picture);
  return (
    <span aria-hidden className="relative block h-4 max-sm:hidden">
      {zero > 18 && (
        <span className="absolute right-0 pr-2" style={{ right: `${100 - zero}%` }}>
          ← {text.against}
        </span>
      )}
      {zero < 82 && (
        <span className="absolute pl-2" style={{ left: `${zero}%` }}>
          {text.inFavour} →
        </span>
      )}
    </span>
  );
}

type RowProps = { step: Step; picture: Waterfall; isLast: boolean };

function StepRow({ step, picture, isLast }: RowProps) {
  const left = at(Math.min(step.from, step.to), picture);
  const width = (Math.abs(step.bits) / (picture.high - picture.low || 1)) * 100;
  return (
    <tr>
      <Label step={step} />
      <td className="relative p-0">
        <span aria-hidden className="absolute inset-0">
          <Zero picture={picture} />
          <span
            className={cn(
              "-translate-y-1/2 absolute top-1/2 h-4 min-w-0.5 rounded-[3px]",
              step.bits < 0 ? "bg-danger" : "bg-brand",
            )}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
          {/* Leads the eye to where the next bar begins. */}
          <span
            className={cn("absolute top-[calc(50%+0.5rem)] w-px bg-line-strong", isLast ? "h-2/5" : "h-3/4")}
            style={{ left: `min(calc(100% - 1px), ${at(step.to, picture)}%)` }}
          />
        </span>
      </td>
      <td className={cn("text-right font-medium tabular-nums", step.bits < 0 ? "text-danger" : "text-brand")}>
        {signedBits(step.bits)}
      </td>
    </tr>
  );
}

function SumRow({ picture }: { picture: Waterfall }) {
  const { sum } = picture;
  const left = at(Math.min(0, sum.to), picture);
  const width = (Math.abs(sum.bits) / (picture.high - picture.low || 1)) * 100;
  return (
    <tr className="border-line border-t">
      <Label step={sum} strong />
      <td className="relative p-0">
        <span aria-hidden className="absolute inset-0">
          <Zero picture={picture} />
          <span
            className="-translate-y-1/2 absolute top-1/2 h-4 min-w-0.5 rounded-[3px] bg-ink"
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        </span>
      </td>
      <td className="text-right font-semibold tabular-nums">{signedBits(sum.bits)}</td>
    </tr>
  );
}

function Label({ step, strong = false }: { step: Step; strong?: boolean }) {
  return (
    <th scope="row" className="py-1.5 pr-3 text-left font-normal">
      <span className={cn("block break-words", strong ? "font-semibold" : "font-medium")}>{step.label}</span>
      <span className="block break-words text-ink-3 text-xs">{step.detail}</span>
    </th>
  );
}

/** Even odds: left of it two persons are likelier, right of it one. */
function Zero({ picture }: { picture: Waterfall }) {
  return (
    <span
      className="absolute inset-y-0 border-line-strong border-l border-dashed"
      style={{ left: `${at(0, picture)}%` }}
    />
  );
}
