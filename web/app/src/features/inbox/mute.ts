import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Item } from "@/features/inbox/item";
import { failed, itemQuery } from "@/features/inbox/items";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.inbox;

/** Has the member be told nothing of a conversation, or told again, and offers the way back. */
export function useMute({ type, id, display_id }: Item) {
  const client = useQueryClient();
  const change = async (isMuted: boolean) => {
    const body = { id };
    await answer(isMuted ? api.POST("/conversations.mute", { body }) : api.POST("/conversations.unmute", { body }));
    client.setQueryData(itemQuery(type, display_id).queryKey, (item) => item && { ...item, isMuted });
  };
  return useMutation({
    mutationFn: change,
    onSuccess: (_, isMuted) =>
      toast({
        tone: "success",
        title: isMuted ? words.mutedNow : words.unmutedNow,
        detail: isMuted ? words.muteHint : undefined,
        action: { label: strings.common.undo, run: () => void change(!isMuted).catch(failed) },
      }),
    onError: failed,
  });
}
