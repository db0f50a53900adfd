import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "react";
import type UPlot from "uplot";
import type { Month } from "@/features/home/home";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.home;
const height = 200;
const monthName = new Intl.DateTimeFormat(undefined, { month: "short" });

/** New contacts month by month as stacked bars; a table says the same to those who do not see it. */
export function MonthChart({ months }: { months: Month[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    let chart: UPlot | undefined;
    let gone = false;
    // Of the pages only this one draws: the others need not load what draws.
    import("uplot").then(
      ({ default: Plot }) => {
        if (!gone) chart = draw(Plot, place, months);
      },
      () => setFailed(true),
    );
    const observer = new ResizeObserver(() => chart?.setSize({ width: place.clientWidth, height }));
    observer.observe(place);
    return () => {
      gone = true;
      observer.disconnect();
      chart?.destroy();
    };
  }, [months]);
  return (
    <figure>
      {!failed && <div ref={box} aria-hidden className="h-[200px] w-full" />}
      <figcaption className="mt-1 flex gap-4 text-[0.8125rem] text-ink-3">
        <Key className="bg-brand" label={words.verified} />
        <Key className="bg-line-strong" label={words.unverified} />
      </figcaption>
      <table className={failed ? "w-full text-left" : "sr-only"}>
        <caption>{words.overTime}</caption>
        <tbody>
          {months.map(({ start, verified, others, more }) => (
            <tr key={start}>
              <th scope="row">{nameOf(start)}</th>
              <td>
                {words.verified}: {formatNumber(verified)}
              </td>
              <td>
                {words.unverified}: {formatNumber(others)}
                {more && "+"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Key({ className, label }: { className: string; label: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-sm ${className}`} />
      {label}
    </span>
  );
}

function nameOf(start: string): string {
  return monthName.format(new Date(`${start}T00:00:00`));
}

/** The bar of all lies behind that of the verified ones. */
function draw(Plot: typeof UPlot, place: HTMLElement, months: Month[]): UPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const bars = Plot.paths.bars?.({ size: [0.62, 48], radius: 0.12 });
  const series = (fill: string) => ({
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const axis = { stroke: color("--ink-3"), font: "12px Inter Variable, sans-serif", ticks: { show: false } };
  return new Plot(
    {
      width: place.clientWidth,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.6, months.length - 0.4] },
        y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          splits: () => months.map((_, index) => index),
          values: () => months.map(({ start }) => nameOf(start)),
        },
        {
          ...axis,
          size: 52,
          grid: { stroke: color("--line"), width: 1 },
          values: (_, all) => all.map((value) => formatNumber(value)),
        },
      ],
      series: [{}, series(color("--line-strong")), series(color("--brand"))],
    },
    [
      months.map((_, index) => index),
      months.map(({ verified, others }) => verified + others),
      months.map(({ verified }) => verified),
    ],
    place,
  );
}
