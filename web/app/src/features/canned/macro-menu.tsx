import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Zap } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { loadMacros, runMacro } from "@/features/canned/macro";
import type { Item } from "@/features/inbox/item";
import { failed, itemChanged } from "@/features/inbox/items";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.macros;

/** Does what a macro says to the item that is open. */
export function MacroControl({ item }: { item: Item }) {
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: async ({ value }: Option) => itemChanged(client, await runMacro(value, item)),
    onSuccess: (_, { label }) => toast({ tone: "success", title: words.ran(label) }),
    onError: (error) => {
      failed(error);
      // It may have been changed since it was listed.
      void client.invalidateQueries({ queryKey: ["options"] });
    },
  });
  return (
    <Combobox
      label={words.find}
      trigger={
        <Button size="sm" variant="ghost" pending={run.isPending}>
          <Zap aria-hidden />
          {words.run}
        </Button>
      }
      load={loadMacros(item.type)}
      source={`macros ${item.type}`}
      chosen={[]}
      onChoose={(macro) => run.mutate(macro)}
    />
  );
}
