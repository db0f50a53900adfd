import type { Usage } from "@/features/usage/usage";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.usage;

// The days are the server's, in UTC, wherever the reader is.
const dayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const dayOf = (date: string) => dayFormat.format(Date.parse(date));

const height = 100;
/** A day without events shows that it is there. */
const least = 1.5;

/** A bar for each day. Who cannot see it is told what it comes to, and finds the days in a table. */
export function UsageChart({ days }: { days: Usage["days"] }) {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const first = days[0];
  return (
    <figure className="rounded-xl border border-line bg-surface px-4 pt-3 pb-2.5">
      <p aria-hidden className="text-ink-3 text-xs tabular-nums">
        {formatNumber(most)}
      </p>
      <svg
        role="img"
        aria-label={words.chart(total, days.length)}
        viewBox={`0 0 ${days.length * 10} ${height}`}
        preserveAspectRatio="none"
        className="mt-1 h-28 w-full border-line border-t"
      >
        {days.map(({ date, count }, at) => {
          const bar = Math.max(least, (count / most) * height);
          return (
            <g key={date} className="group/day">
              <title>{words.onDay(dayOf(date), count)}</title>
              <rect
                x={at * 10}
                y={0}
                width={10}
                height={height}
                className="fill-transparent group-hover/day:fill-hover"
              />
              <rect
                x={at * 10 + 1.5}
                y={height - bar}
                width={7}
                height={bar}
                className={count > 0 ? "fill-brand" : "fill-line-strong"}
              />
            </g>
          );
        })}
      </svg>
      <p aria-hidden className="mt-1.5 flex justify-between text-ink-3 text-xs">
        <span>{first && dayOf(first.date)}</span>
        <span>{words.today}</span>
      </p>
      <table className="sr-only">
        <caption>{words.perDay}</caption>
        <thead>
          <tr>
            <th scope="col">{words.day}</th>
            <th scope="col">{words.events}</th>
          </tr>
        </thead>
        <tbody>
          {days
            .filter(({ count }) => count > 0)
            .map(({ date, count }) => (
              <tr key={date}>
                <th scope="row">{dayOf(date)}</th>
                <td>{formatNumber(count)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </figure>
  );
}
