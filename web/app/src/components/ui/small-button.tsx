import type { ComponentType } from "react";
import { cn } from "@/lib/cn";

type SmallButtonProps = {
  icon: ComponentType<{ "aria-hidden"?: boolean }>;
  label: string;
  onClick: () => void;
  className?: string;
};

/** A button that is an icon alone, for use within a line; its label is shown when pointed at. */
export function SmallButton({ icon: Icon, label, onClick, className }: SmallButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className={cn(
        "grid size-6 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink [&_svg]:size-3.5",
        className,
      )}
    >
      <Icon aria-hidden />
    </button>
  );
}
