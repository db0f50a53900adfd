import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

type Tab = { id: string; label: string /** Shown small beside the label. */; count?: string | undefined };

type TabsProps = { label: string; tabs: Tab[]; value: string; onChange: (id: string) => void; children: ReactNode };

/** A row of tabs and the panel of the chosen one. */
export function Tabs({ label, tabs, value, onChange, children }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex min-h-0 flex-1 flex-col">
      <Radix.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto border-line border-b px-4 sm:px-6 [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px flex h-10 shrink-0 items-center gap-1.5 border-transparent border-b-2 px-2.5 font-medium text-ink-2 outline-offset-[-2px] hover:text-ink data-[state=active]:border-brand data-[state=active]:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="font-normal text-ink-3 text-xs tabular-nums">{tab.count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.id}
          value={tab.id}
          className="min-h-0 flex-1 outline-offset-[-2px] data-[state=inactive]:hidden"
        >
          {tab.id === value && children}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
