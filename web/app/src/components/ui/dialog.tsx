import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** Refuses to close on a click outside, for content that is shown once. */
  sticky?: boolean;
  /** For content that stands side by side. */
  wide?: boolean;
  /** For tables. Its children are a DialogBody and a DialogFooter, between which only the body scrolls. */
  framed?: boolean;
};

/**
 * A modal dialog. The shade is a plain element and not Radix's own overlay:
 * that one injects a style sheet to lock scrolling, which the
 * Content-Security-Policy refuses. styles.css locks scrolling instead.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  sticky = false,
  wide = false,
  framed = false,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <div data-modal-overlay className="fixed inset-0 z-40 animate-fade bg-black/35 dark:bg-black/60" />
        <Radix.Content
          onInteractOutside={(event) => sticky && event.preventDefault()}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-x-3 bottom-3 z-50 mx-auto grid grid-cols-[minmax(0,1fr)] max-h-[calc(100dvh-1.5rem)] max-w-md animate-rise gap-4 overflow-y-auto rounded-2xl border border-line bg-raised p-5 shadow-pop focus:outline-none sm:top-[16vh] sm:bottom-auto sm:max-h-[80vh]",
            wide && "sm:top-[8vh] sm:max-h-[84vh] sm:max-w-2xl",
            framed &&
              "max-w-3xl grid-rows-[auto_minmax(0,1fr)_auto] gap-0 overflow-hidden p-0 sm:top-[7vh] sm:max-h-[86vh]",
          )}
        >
          <div className={cn("grid gap-1 pr-8", framed && "border-line border-b py-4 pr-14 pl-5")}>
            <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
            {description && <Radix.Description className="text-ink-2">{description}</Radix.Description>}
          </div>
          {children}
          <Radix.Close
            aria-label="Close"
            className={cn(
              "absolute top-4 right-4 grid size-8 place-items-center rounded-lg text-ink-3 hover:bg-hover hover:text-ink",
              framed && "top-3 right-3",
            )}
          >
            <X aria-hidden className="size-4" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What scrolls in a framed dialog. */
export function DialogBody({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 overflow-y-auto p-5">{children}</div>;
}

/** Stands below what scrolls in a framed dialog. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3">{children}</div>;
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-1 flex flex-wrap justify-end gap-2">{children}</div>;
}

type SubmitActionsProps = { onCancel: () => void; pending: boolean; children: ReactNode };

/** The buttons below a form in a dialog: leave it, or send it. */
export function SubmitActions({ onCancel, pending, children }: SubmitActionsProps) {
  return (
    <DialogActions>
      <Button onClick={onCancel}>{strings.common.cancel}</Button>
      <Button type="submit" variant="primary" pending={pending}>
        {children}
      </Button>
    </DialogActions>
  );
}
