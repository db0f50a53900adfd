import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { inputStyle } from "@/components/ui/input";
import { cn } from "@/lib/cn";

/** The platform's own select: it suits phones best and needs no styles injected at run time. */
export function Select({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative block">
      <select className={cn(inputStyle, "appearance-none pr-8", className)} {...props}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-ink-3"
      />
    </span>
  );
}
