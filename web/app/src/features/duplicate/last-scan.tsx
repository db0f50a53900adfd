import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { comparedLabel, type Scan, scanQuery, signedBits } from "@/features/duplicate/duplicate";
import { Part } from "@/features/duplicate/part";
import { formatNumber, plural } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.duplicates.quality;

/** What the latest search read, found, left out and learnt. */
export function LastScan() {
  const query = useQuery(scanQuery);
  return (
    <Part title={text.search} aside={query.data && <ScanTime scan={query.data} />}>
      <QueryState query={query} loading={text.loading} bars={2}>
        {(scan) => (scan ? <Outcome scan={scan} /> : <p className="text-ink-2">{text.searchNone}</p>)}
      </QueryState>
    </Part>
  );
}

function ScanTime({ scan }: { scan: Scan }) {
  return (
    <span className="text-[0.8125rem] text-ink-3">
      <RelativeTime iso={scan.ended_date ?? scan.asked_date} />
    </span>
  );
}

function Outcome({ scan }: { scan: Scan }) {
  const counts: [string, number][] = [
    [text.rows, scan.rows],
    [text.found, scan.pairs],
    [text.groups, scan.groups],
    [text.merged, scan.merged],
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4">
        {counts.map(([label, count]) => (
          <div key={label} className="flex flex-col-reverse justify-end bg-surface px-4 py-3">
            <dt className="text-[0.8125rem] text-ink-2">{label}</dt>
            <dd className="font-semibold text-lg tabular-nums">{formatNumber(count)}</dd>
          </div>
        ))}
      </dl>
      {scan.crowded.length > 0 && (
        <Listed title={text.crowded} hint={text.crowdedHint}>
          {scan.crowded.map((fact) => (
            <Line
              key={`${fact.field} ${fact.value}`}
              name={fact.value}
              value={text.crowdedOf(
                plural(fact.rev_users, text.contact),
                plural(fact.people, text.person, text.people),
              )}
            />
          ))}
        </Listed>
      )}
      {scan.learnt.length > 0 && (
        <Listed title={text.learnt}>
          {scan.learnt.map((shift) => (
            <Line
              key={`${shift.field} ${shift.level}`}
              name={shift.field ? `${comparedLabel(shift.field)}: ${shift.level}` : text.learntPrior}
              value={text.learntBits(signedBits(shift.before_bits), signedBits(shift.after_bits))}
            />
          ))}
        </Listed>
      )}
    </div>
  );
}

function Listed({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h3 className="font-semibold text-[0.8125rem]">{title}</h3>
      {hint && <p className="-mt-1 text-pretty text-[0.8125rem] text-ink-2">{hint}</p>}
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">{children}</ul>
    </section>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2">
      <span className="min-w-0 break-all">{name}</span>
      <span className="text-[0.8125rem] text-ink-2 tabular-nums">{value}</span>
    </li>
  );
}
