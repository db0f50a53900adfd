import type { ReactNode } from "react";
import { BrandMark } from "@/components/brand";
import { cn } from "@/lib/cn";
import { useTitle } from "@/lib/use-title";

type FocusPageProps = {
  title: string;
  intro?: ReactNode;
  children: ReactNode;
  /** For pages that show more than a form. */
  wide?: boolean;
};

/** The frame of pages outside the app proper: one column, one task. */
export function FocusPage({ title, intro, children, wide = false }: FocusPageProps) {
  useTitle(title);
  return (
    <main className="grid min-h-full place-items-center px-4 py-10 sm:px-6">
      <div className={cn("w-full animate-fade", wide ? "max-w-xl" : "max-w-[25rem]")}>
        <BrandMark className="mb-6 size-9" />
        <h1 className="text-balance font-semibold text-2xl tracking-tight">{title}</h1>
        {intro && <div className="mt-1.5 text-pretty text-ink-2">{intro}</div>}
        <div className="mt-7">{children}</div>
      </div>
    </main>
  );
}
