import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/cn";

const buttonStyle = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-lg font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-brand text-brand-ink shadow-sm enabled:hover:bg-brand-hover [a&]:hover:bg-brand-hover",
        secondary: "border border-line-strong bg-surface text-ink shadow-xs enabled:hover:bg-hover [a&]:hover:bg-hover",
        ghost: "text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink [a&]:hover:bg-hover",
        danger: "bg-danger text-white shadow-sm enabled:hover:bg-danger-hover dark:text-canvas",
      },
      size: {
        sm: "h-8 px-2.5 text-[0.8125rem]",
        md: "h-9 px-3.5",
        lg: "h-10 px-4",
        icon: "size-8",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonStyle> & {
    /** Renders the only child with the button's looks, for links. */
    asChild?: boolean;
    /** Shows that work is under way and refuses further clicks. */
    pending?: boolean;
  };

export function Button({ className, variant, size, asChild, pending = false, ...props }: ButtonProps) {
  const style = cn(buttonStyle({ variant, size }), className);
  if (asChild) return <Slot.Root className={style} {...props} />;
  const { children, disabled, type = "button", ...rest } = props;
  return (
    <button type={type} className={style} disabled={disabled || pending} aria-busy={pending || undefined} {...rest}>
      {pending && <Spinner />}
      {children}
    </button>
  );
}
