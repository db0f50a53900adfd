import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { type Chosen, removeIdentifier, vouchFor } from "@/features/identity/identity";
import { refreshIdentity } from "@/features/merge/merge";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const text = strings.evidence.identifiers;

export type Question = { kind: "remove" | "verify"; chosen: Chosen };

type IdentifierConfirmProps = { contactId: string; question: Question; onClose: () => void };

/** Asks before an identifier is taken away, or vouched for. */
export function IdentifierConfirm({ contactId, question, onClose }: IdentifierConfirmProps) {
  const client = useQueryClient();
  const { kind, chosen } = question;
  const change = useMutation({
    mutationFn: () => (kind === "remove" ? removeIdentifier(contactId, chosen) : vouchFor(contactId, chosen)),
    onSuccess: async () => {
      await refreshIdentity(client);
      toast({ tone: "success", title: kind === "remove" ? text.removed(chosen.value) : text.verified(chosen.value) });
      onClose();
    },
  });
  const asked = {
    open: true,
    onOpenChange: (open: boolean) => !open && onClose(),
    pending: change.isPending,
    error: change.error ? messageOf(change.error) : undefined,
    onConfirm: () => change.mutate(),
  };
  if (kind === "verify") return <VerifyDialog value={chosen.value} {...asked} />;
  return (
    <ConfirmDialog
      {...asked}
      title={text.removeTitle(chosen.value)}
      description={text.removeHint}
      action={text.remove}
    />
  );
}

type VerifyDialogProps = {
  value: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  pending: boolean;
  error: string | undefined;
  onConfirm: () => void;
};

/** Vouching takes nothing away, so it does not look as if it did. */
function VerifyDialog({ value, open, onOpenChange, pending, error, onConfirm }: VerifyDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={text.verifyTitle(value)} description={text.verifyHint}>
      {error && <Alert>{error}</Alert>}
      <DialogActions>
        <Button onClick={() => onOpenChange(false)}>{strings.common.cancel}</Button>
        <Button variant="primary" pending={pending} onClick={onConfirm}>
          {text.verifyAction}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
