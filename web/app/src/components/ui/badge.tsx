import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

const tones = {
  neutral: "bg-hover text-ink-2",
  brand: "bg-brand-soft text-brand",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
};

type BadgeProps = { tone?: keyof typeof tones; children: ReactNode; title?: string };

export function Badge({ tone = "neutral", children, title }: BadgeProps) {
  return (
    <span
      title={title}
      className={cn(
        "inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-md px-1.5 font-medium text-xs",
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
