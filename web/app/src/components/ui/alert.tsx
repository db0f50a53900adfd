import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

const looks = {
  danger: { icon: CircleAlert, style: "border-danger/25 bg-danger-soft text-danger" },
  warn: { icon: TriangleAlert, style: "border-warn/25 bg-warn-soft text-warn" },
  info: { icon: Info, style: "border-line bg-sunken text-ink-2" },
};

type AlertProps = { tone?: keyof typeof looks; children: ReactNode; className?: string };

/** A boxed message. Errors interrupt a screen reader, everything else waits its turn. */
export function Alert({ tone = "danger", children, className }: AlertProps) {
  const { icon: Icon, style } = looks[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cn("flex gap-2.5 rounded-lg border px-3 py-2.5 text-[0.8125rem]", style, className)}
    >
      <Icon aria-hidden className="mt-px size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
