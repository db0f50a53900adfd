import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { DialogActions } from "@/components/ui/dialog";

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  action: string;
  pending: boolean;
  error: string | undefined;
  onConfirm: () => void;
};

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <AlertDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <AlertDialog.Portal>
        <div data-modal-overlay className="fixed inset-0 z-40 animate-fade bg-black/35 dark:bg-black/60" />
        <AlertDialog.Content
          aria-modal
          className="fixed inset-x-3 bottom-3 z-50 mx-auto grid max-w-md animate-rise gap-4 rounded-2xl border border-line bg-raised p-5 shadow-pop focus:outline-none sm:top-[20vh] sm:bottom-auto"
        >
          <div className="grid gap-1">
            <AlertDialog.Title className="font-semibold text-base">{props.title}</AlertDialog.Title>
            <AlertDialog.Description className="text-ink-2">{props.description}</AlertDialog.Description>
          </div>
          {props.error && <Alert>{props.error}</Alert>}
          <DialogActions>
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <Button variant="danger" pending={props.pending} onClick={props.onConfirm}>
              {props.action}
            </Button>
          </DialogActions>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
