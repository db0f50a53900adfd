import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { HowToTrack } from "@/features/usage/how-to-track";
import { type Usage, type UsedBy, usageQuery } from "@/features/usage/usage";
import { UsageChart } from "@/features/usage/usage-chart";
import { UsageEvents } from "@/features/usage/usage-events";
import { formatNumber } from "@/lib/format";
import { useLive } from "@/lib/use-live";
import { strings } from "@/strings";

const words = strings.usage;

type UsageTabProps = { kind: RecordKind; record: AnyRecord };

/** What a contact, or the people of an account or workspace, did in the product. */
export default function UsageTab({ kind, record }: UsageTabProps) {
  const by = { type: kind.type, id: record.id };
  const query = useQuery(usageQuery(by));
  useLive(record.id, ["usage", record.id]);
  return (
    <QueryState query={query} loading={words.loading} bars={4}>
      {(usage) => (usage.total === 0 ? <HowToTrack kind={kind} record={record} /> : <Used by={by} usage={usage} />)}
    </QueryState>
  );
}

function Used({ by, usage }: { by: UsedBy; usage: Usage }) {
  return (
    <div className="grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-7">
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <Figure name={words.firstSeen}>
          <RelativeTime iso={usage.first_seen} />
        </Figure>
        <Figure name={words.lastSeen}>
          <RelativeTime iso={usage.last_seen} />
        </Figure>
        <Figure name={words.total}>{formatNumber(usage.total)}</Figure>
      </dl>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Part title={words.perDay}>
          <UsageChart days={usage.days} />
        </Part>
        <Part title={words.frequent}>
          <Frequent usage={usage} />
        </Part>
      </div>
      <Part title={words.events}>
        <UsageEvents by={by} names={usage.names.map(({ name }) => name)} />
      </Part>
    </div>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface px-4 py-3">
      <dt className="text-[0.8125rem] text-ink-3">{name}</dt>
      <dd className="mt-0.5 font-semibold text-base tabular-nums">{children}</dd>
    </div>
  );
}

const mostFrequent = 8;

function Frequent({ usage: { names, more } }: { usage: Usage }) {
  if (names.length === 0) return <p className="text-ink-2">{words.noneLately}</p>;
  const most = names[0]?.count ?? 1;
  const shown = names.slice(0, mostFrequent);
  return (
    <>
      <ol className="grid gap-2.5">
        {shown.map(({ name, count }) => (
          <li key={name} className="grid gap-1">
            <span className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
              <span className="truncate" title={name}>
                {name}
              </span>
              <span className="text-ink-2 tabular-nums">{formatNumber(count)}</span>
            </span>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-sunken">
              <span
                className="block h-full rounded-full bg-brand"
                style={{ width: `${Math.max(1, (count / most) * 100)}%` }}
              />
            </span>
          </li>
        ))}
      </ol>
      {(more || names.length > mostFrequent) && <p className="text-ink-3 text-xs">{words.moreNames}</p>}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 className="font-medium text-[0.8125rem] text-ink-2">{title}</h2>
      {children}
    </section>
  );
}
