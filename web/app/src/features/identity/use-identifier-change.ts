import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "@/api/client";
import { refreshIdentity } from "@/features/merge/merge";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

/** A change of what names a contact: says when it is done, and why when it is not. */
export function useIdentifierChange(change: () => Promise<unknown>, done: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await refreshIdentity(client);
      toast({ tone: "success", title: done });
    },
    onError: (error) => toast({ tone: "danger", title: strings.evidence.identifiers.failed, detail: messageOf(error) }),
  });
}
