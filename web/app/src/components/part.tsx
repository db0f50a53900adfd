import type { ReactNode } from "react";

/** A part of a page with its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid gap-2">
      <h2 className="px-2 font-medium text-[0.8125rem] text-ink-2">{title}</h2>
      {children}
    </section>
  );
}
