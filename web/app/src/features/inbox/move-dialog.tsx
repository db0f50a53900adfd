import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import type { Option } from "@/components/ui/combobox";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Choose } from "@/features/inbox/choose";
import { type Item, itemKinds } from "@/features/inbox/item";
import { failed, itemChanged } from "@/features/inbox/items";
import { loadRecords } from "@/features/record/options";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.inbox;

type MoveDialogProps = { item: Item; open: boolean; onOpenChange: (open: boolean) => void };

/** Makes a conversation or a ticket another contact's. */
export function MoveDialog({ item, open, onOpenChange }: MoveDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={words.moveTitle(itemKinds[item.type].words.one)}
      description={words.moveText}
    >
      {open && <MoveForm item={item} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

function MoveForm({ item, onDone }: { item: Item; onDone: () => void }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Option[]>([]);
  const [to] = chosen;
  const before = item.people.filter(({ type }) => type === "rev_user");
  const moveTo = async (contact: string) => {
    await itemChanged(client, await itemKinds[item.type].move(item.id, contact));
  };
  const move = useMutation({
    mutationFn: ({ value }: Option) => moveTo(value),
    onSuccess: (_, { label }) => {
      const [one, ...more] = before;
      // Several contacts are not brought back by one move.
      const undo = one && more.length === 0 && { run: () => void moveTo(one.id).catch(failed) };
      toast({
        tone: "success",
        title: words.moved(label),
        action: undo ? { label: strings.common.undo, ...undo } : undefined,
      });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (to) move.mutate(to);
      }}
      className="grid grid-cols-[minmax(0,1fr)] gap-4"
    >
      {move.error && <Alert>{messageOf(move.error)}</Alert>}
      <Choose
        label={words.moveTo}
        find={strings.records.find.contact}
        source="rev_user"
        load={loadRecords("rev_user")}
        chosen={chosen}
        onChange={setChosen}
        single
      />
      <SubmitActions onCancel={onDone} pending={move.isPending}>
        {words.move}
      </SubmitActions>
    </form>
  );
}
