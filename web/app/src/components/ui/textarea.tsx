import type { ComponentProps } from "react";
import { inputStyle } from "@/components/ui/input";
import { cn } from "@/lib/cn";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(inputStyle, "h-auto min-h-20 resize-y py-2 sm:h-auto", className)} {...props} />;
}
