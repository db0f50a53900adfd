import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

// 16px on phones: below that iOS zooms into the field.
export const inputStyle =
  "h-10 w-full min-w-0 rounded-lg border border-line-strong bg-surface px-3 text-base text-ink shadow-xs transition-colors placeholder:text-ink-3/80 hover:border-ink-3/60 focus-visible:border-brand focus-visible:outline-2 focus-visible:outline-brand/35 focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-danger aria-invalid:focus-visible:outline-danger/30 sm:h-9 sm:text-sm";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(inputStyle, className)} {...props} />;
}
