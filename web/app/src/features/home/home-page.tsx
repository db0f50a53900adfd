import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageHeader } from "@/components/page-header";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Badge } from "@/components/ui/badge";
import { FirstSteps } from "@/features/home/first-steps";
import { largestQuery, lastImportsQuery, monthsQuery, shareQuery, waitingQuery } from "@/features/home/home";
import { MonthChart } from "@/features/home/month-chart";
import { formatNumber, plural } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.home;

/** What a team lead looks at: how many customers there are, how well they are known, and what waits. */
export function HomePage() {
  useTitle(strings.nav.home);
  const share = useQuery(shareQuery);
  if (share.data?.all.count === 0) return <FirstSteps />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader title={strings.nav.home} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-6xl gap-4 p-4 sm:p-6 md:grid-cols-3">
          <Figures />
          <Panel title={words.overTime} className="md:col-span-2">
            <Months />
          </Panel>
          <Panel title={words.largest}>
            <Largest />
          </Panel>
          <Panel title={words.imports} className="md:col-span-3">
            <LastImports />
          </Panel>
        </div>
      </div>
    </div>
  );
}

function Panel({ title, className = "", children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className={`grid min-w-0 content-start gap-3 rounded-xl border border-line bg-surface p-4 shadow-panel ${className}`}
    >
      <h2 className="font-medium text-[0.8125rem] text-ink-2">{title}</h2>
      {children}
    </section>
  );
}

function Figures() {
  const share = useQuery(shareQuery);
  const waiting = useQuery(waitingQuery);
  return (
    <>
      <Panel title={words.contacts}>
        <QueryState query={share} loading={words.contacts} bars={1}>
          {({ all }) => <Figure to="/contacts" value={`${formatNumber(all.count)}${all.more ? "+" : ""}`} />}
        </QueryState>
      </Panel>
      <Panel title={words.share}>
        <QueryState query={share} loading={words.share} bars={1}>
          {({ all, verified }) => (
            <Figure
              to="/contacts"
              filter="verified = true"
              value={
                all.more
                  ? `${formatNumber(verified.count)}${verified.more ? "+" : ""}`
                  : percent(verified.count, all.count)
              }
            />
          )}
        </QueryState>
      </Panel>
      <Panel title={words.waiting}>
        <QueryState query={waiting} loading={words.waiting} bars={1}>
          {({ count, more }) => <Figure to="/duplicates" value={`${formatNumber(count)}${more ? "+" : ""}`} />}
        </QueryState>
      </Panel>
    </>
  );
}

function percent(part: number, whole: number): string {
  return new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }).format(
    part / Math.max(1, whole),
  );
}

function Figure({ to, filter, value }: { to: "/contacts" | "/duplicates"; filter?: string; value: string }) {
  return (
    <Link
      to={to}
      {...(filter ? { search: { filter } } : {})}
      className="w-fit font-semibold text-3xl tabular-nums tracking-tight hover:text-brand"
    >
      {value}
    </Link>
  );
}

function Months() {
  const months = useQuery(monthsQuery);
  return (
    <QueryState query={months} loading={words.overTime} bars={4}>
      {(data) => <MonthChart months={data} />}
    </QueryState>
  );
}

function Largest() {
  const largest = useQuery(largestQuery);
  return (
    <QueryState query={largest} loading={words.largest} bars={4}>
      {(groups) => {
        if (groups.length === 0) return <p className="text-ink-3">{words.noAccounts}</p>;
        const most = groups[0]?.count ?? 1;
        return (
          <ol className="grid gap-2">
            {groups.map(({ value, label, count }) => (
              <li key={value} className="grid gap-1">
                <div className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
                  <Link to="/accounts/$id" params={{ id: value }} className="truncate font-medium hover:underline">
                    {label}
                  </Link>
                  <span className="text-ink-3 tabular-nums">{formatNumber(count)}</span>
                </div>
                <div aria-hidden className="h-1.5 rounded-full bg-hover">
                  <div className="h-full rounded-full bg-brand" style={{ width: `${(100 * count) / most}%` }} />
                </div>
              </li>
            ))}
          </ol>
        );
      }}
    </QueryState>
  );
}

function LastImports() {
  const imports = useQuery(lastImportsQuery);
  return (
    <QueryState query={imports} loading={words.imports} bars={2}>
      {(all) =>
        all.length === 0 ? (
          <p className="text-ink-3">{words.noImports}</p>
        ) : (
          <ul className="divide-y divide-line">
            {all.map(({ id, file_name, state, progress, created_date }) => (
              <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-[0.8125rem]">
                <Link to="/imports" className="min-w-0 flex-1 truncate font-medium hover:underline">
                  {file_name}
                </Link>
                <span className="text-ink-3 tabular-nums">{words.created(progress.created)}</span>
                {progress.failed > 0 && (
                  <Badge tone="danger">{plural(progress.failed, words.error, words.errors)}</Badge>
                )}
                <Badge>{state}</Badge>
                <span className="text-ink-3">
                  <RelativeTime iso={created_date} />
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </QueryState>
  );
}
