import { cn } from "@/lib/cn";

/** Two rings that overlap: people, and what makes them one. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={cn("size-8", className)}>
      <rect width="32" height="32" rx="9" className="fill-[#0f766e]" />
      <g fill="none" stroke="#fff" strokeWidth="2.5">
        <circle cx="12.5" cy="16" r="5.75" />
        <circle cx="19.5" cy="16" r="5.75" strokeOpacity=".72" />
      </g>
    </svg>
  );
}
