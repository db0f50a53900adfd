import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, messageOf } from "@/api/client";
import { Button } from "@/components/ui/button";
import { undoMerge } from "@/features/merge/merge";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const text = strings.merges;

/** The way back from a merge that a timeline tells of, as long as it stands. */
export default function MergeUndo({ id }: { id: string }) {
  const client = useQueryClient();
  const { data: merge } = useQuery({
    queryKey: ["merges", "one", id],
    queryFn: async ({ signal }) => (await answer(api.POST("/merges.get", { body: { id }, signal }))).merge,
    retry: false,
  });
  const undo = useMutation({
    mutationFn: () => undoMerge(client, id),
    onError: (error) => toast({ tone: "danger", title: text.undoFailed, detail: messageOf(error) }),
  });
  if (merge?.state !== "active") return null;
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={text.undo.actionOf(merge.display_id)}
      pending={undo.isPending}
      onClick={() => undo.mutate()}
    >
      {text.undo.action}
    </Button>
  );
}
