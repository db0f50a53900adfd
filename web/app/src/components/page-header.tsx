import type { ReactNode } from "react";

type PageHeaderProps = {
  title: ReactNode;
  /** What stands small beside the title, such as a count. */
  aside?: ReactNode;
  /** Buttons at the right; one of them at most is primary. */
  actions?: ReactNode;
};

/** The bar at the top of a page of the app. */
export function PageHeader({ title, aside, actions }: PageHeaderProps) {
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2 sm:px-6">
      <h1 className="min-w-0 truncate font-semibold text-[0.9375rem]">{title}</h1>
      {aside && <div className="text-[0.8125rem] whitespace-nowrap text-ink-3 tabular-nums">{aside}</div>}
      {actions && <div className="ml-auto flex items-center gap-2 max-sm:w-full">{actions}</div>}
    </header>
  );
}
