import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

type PopoverProps = {
  /** One button that opens it. */
  trigger: ReactNode;
  children: ReactNode;
  /** What a screen reader calls it. */
  label: string;
  align?: "start" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string | undefined;
  /** Leaves the focus where it is when it closes, because something else takes it. */
  keepsFocus?: boolean;
};

/** A panel beside its button. Not modal: Radix's modal panels inject a style sheet that the Content-Security-Policy refuses. */
export function Popover({
  trigger,
  children,
  label,
  align = "start",
  className,
  keepsFocus = false,
  ...state
}: PopoverProps) {
  return (
    <Radix.Root modal={false} {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          onCloseAutoFocus={(event) => keepsFocus && event.preventDefault()}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            "z-50 max-h-(--radix-popover-content-available-height) w-80 max-w-[calc(100vw-1rem)] animate-rise overflow-y-auto rounded-xl border border-line bg-raised shadow-pop outline-none",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
