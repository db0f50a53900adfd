import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type StateMessageProps = { icon: LucideIcon; title: string; children?: ReactNode; role?: "alert" };

/** What fills a page that has nothing else to show: empty, failed, not found. */
export function StateMessage({ icon: Icon, title, children, role }: StateMessageProps) {
  return (
    <div role={role} className="mx-auto grid max-w-lg justify-items-center gap-2 px-4 py-16 text-center sm:py-24">
      <span className="mb-2 grid size-11 place-items-center rounded-xl border border-line bg-surface text-ink-3 shadow-panel">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="font-semibold text-base">{title}</h2>
      {children}
    </div>
  );
}
