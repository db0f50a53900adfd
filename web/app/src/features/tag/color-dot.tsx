import { cn } from "@/lib/cn";

/** A tag's colour; a ring where it has none. */
export function ColorDot({ color, className }: { color: string | undefined; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn("size-3 shrink-0 rounded-full", !color && "border border-line-strong", className)}
      style={color ? { backgroundColor: color } : undefined}
    />
  );
}
