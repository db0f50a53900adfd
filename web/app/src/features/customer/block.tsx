import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { messageOf } from "@/api/client";
import { Badge } from "@/components/ui/badge";
import { MenuItem } from "@/components/ui/menu";
import { recordQuery } from "@/features/customer/record-query";
import { nameOf } from "@/features/merge/merge";
import { type AnyRecord, recordKinds } from "@/features/record/record";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customer.block;

/** Takes nothing more that a contact writes, or takes it again, and offers the way back. */
function useBlock(contact: AnyRecord) {
  const client = useQueryClient();
  const name = nameOf(contact);
  const change = async (is_blocked: boolean) => {
    await recordKinds.rev_user.update(contact.id, { is_blocked });
    await Promise.all(["record", "records", "timeline"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  };
  const onError = (error: Error) => toast({ tone: "danger", title: messageOf(error) });
  return useMutation({
    mutationFn: change,
    onSuccess: (_, isBlocked) =>
      toast({
        tone: "success",
        title: isBlocked ? words.blocked(name) : words.unblocked(name),
        detail: isBlocked ? words.blockedText : undefined,
        action: { label: strings.common.undo, run: () => void change(!isBlocked).catch(onError) },
      }),
    onError,
  });
}

/** The menu's way to block a contact, and to let it write again. */
export function BlockItem({ contact }: { contact: AnyRecord }) {
  const block = useBlock(contact);
  const isBlocked = contact.is_blocked ?? false;
  return (
    <MenuItem title={words.hint} onSelect={() => block.mutate(!isBlocked)}>
      {isBlocked ? words.unblock : words.block}
    </MenuItem>
  );
}

export function BlockedBadge() {
  return (
    <Badge tone="danger" title={words.hint}>
      <Ban aria-hidden className="size-3.5" />
      {words.badge}
    </Badge>
  );
}

/** The contact with the id, for what shows it beside something else; undefined while it is not known. */
export function useContact(id: string | undefined): AnyRecord | undefined {
  return useQuery({ ...recordQuery("rev_user", id ?? ""), enabled: id !== undefined }).data;
}
