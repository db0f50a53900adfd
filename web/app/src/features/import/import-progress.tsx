import type { Import } from "@/features/import/import";
import { outcomesOf } from "@/features/import/import-text";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

type ProgressBarProps = {
  label: string;
  /** From 0 to 1; without one it is not known how far it is. */
  fraction: number | undefined;
};

/** A bar that fills. */
export function ProgressBar({ label, fraction }: ProgressBarProps) {
  const percent = fraction === undefined ? undefined : Math.round(fraction * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="h-1.5 overflow-hidden rounded-full bg-hover"
    >
      <div
        className={cn(
          "h-full rounded-full bg-brand transition-[width] duration-300",
          percent === undefined && "w-full animate-pulse opacity-60",
        )}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}

/** What an import that is not over is doing. */
export function phaseOf({ state, progress }: Import): string {
  const { phases } = words;
  if (state === "queued" || state === "cancelling" || state === "undoing") return phases[state];
  const phase = progress.phase ?? "";
  return phase in phases ? phases[phase as keyof typeof phases] : words.starting;
}

/** How far an import is, as a bar and in numbers. */
export function ImportMeter({ running }: { running: Import }) {
  const { fraction, rows } = running.progress;
  const isKnown = running.state === "running" || running.state === "undoing";
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <p className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
        <span className="text-ink-2">{phaseOf(running)}</span>
        {isKnown && (
          <span className="whitespace-nowrap text-ink-3 tabular-nums">
            {rows > 0 && `${words.rowCount(formatNumber(rows))} · `}
            {words.percent(Math.round(fraction * 100))}
          </span>
        )}
      </p>
      <ProgressBar label={words.progress(running.file_name)} fraction={isKnown ? fraction : undefined} />
    </div>
  );
}

/** What became of the rows, each outcome that there is. */
export function Outcomes({ of }: { of: Import }) {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-[0.8125rem] text-ink-2 tabular-nums">
      {outcomesOf(of).map(({ what, text }) => (
        <li key={what} className={cn("whitespace-nowrap", what === "failed" && "text-danger")}>
          {text}
        </li>
      ))}
    </ul>
  );
}
