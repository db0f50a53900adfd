import type { ReactNode } from "react";

type PartProps = { title: string; hint?: string; aside?: ReactNode; children: ReactNode };

/** A titled part of the page. */
export function Part({ title, hint, aside, children }: PartProps) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-end justify-between gap-x-6 gap-y-2 max-sm:flex-wrap">
        <div className="min-w-0">
          <h2 className="font-semibold text-base">{title}</h2>
          {hint && <p className="mt-0.5 text-pretty text-[0.8125rem] text-ink-2">{hint}</p>}
        </div>
        {aside && <div className="shrink-0">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
