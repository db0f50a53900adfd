import type { ReactNode } from "react";
import { Tabs } from "@/components/ui/tabs";
import { cn } from "@/lib/cn";
import { useTitle } from "@/lib/use-title";

type SettingsPageProps = {
  title: string;
  text: ReactNode;
  /** A button at the right of the title. */
  action?: ReactNode;
  children: ReactNode;
};

/** The frame of a page of the settings: what it is about, and a column of content. */
export function SettingsPage({ title, text, action, children }: SettingsPageProps) {
  useTitle(title);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-4xl px-4 py-6 sm:px-8 sm:py-10">
        <div className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0 flex-1 basis-72">
            <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
            <p className="mt-1 max-w-2xl text-pretty text-ink-2">{text}</p>
          </div>
          {action}
        </div>
        {children}
      </div>
    </div>
  );
}

type SettingsSectionProps = {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** A part of a page with a heading of its own. */
export function SettingsSection({ title, text, action, children, className }: SettingsSectionProps) {
  return (
    <section className={cn("grid grid-cols-[minmax(0,1fr)] gap-3", className)}>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="font-semibold text-[0.9375rem]">{title}</h2>
          {text && <p className="mt-0.5 max-w-2xl text-pretty text-[0.8125rem] text-ink-2">{text}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

type SettingsTabsProps<Id extends string> = {
  label: string;
  tabs: { id: Id; label: string }[];
  value: Id;
  onChange: (id: Id) => void;
  children: ReactNode;
};

/** Tabs in the column of a page: they begin where its text does. */
export function SettingsTabs<Id extends string>({ onChange, children, ...tabs }: SettingsTabsProps<Id>) {
  return (
    <div className="[&_[role=tab]:first-child]:-ml-2.5 [&_[role=tablist]]:px-2.5">
      <Tabs {...tabs} onChange={(id) => onChange(id as Id)}>
        <div className="pt-5">{children}</div>
      </Tabs>
    </div>
  );
}

/** The box that a list of settings stands in. */
export const listStyle = "divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-panel";
