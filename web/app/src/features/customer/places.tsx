import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Building2, Plus, SquareStack, X } from "lucide-react";
import { answer, api, messageOf } from "@/api/client";
import type { Association } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { loadRecords } from "@/features/record/options";
import type { AnyRecord } from "@/features/record/record";
import { formatDate } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customer;

/** The accounts and workspaces of a contact: added, and taken off with a way back. */
export function Places({ contact }: { contact: AnyRecord }) {
  const client = useQueryClient();
  const places = useQuery({
    queryKey: ["record", "rev_user", contact.id, "places"],
    queryFn: ({ signal }) =>
      answer(api.POST("/rev-users.associations.list", { body: { rev_user_id: contact.id, limit: 100 }, signal })),
  });
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["record"] }),
      client.invalidateQueries({ queryKey: ["records"] }),
    ]);
  const failed = (error: Error) => toast({ tone: "danger", title: messageOf(error) });
  const add = useMutation({
    mutationFn: (id: string) => addPlace(contact.id, id),
    onSuccess: refresh,
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: ({ associated_to }: Association) =>
      answer(
        api.POST("/rev-users.associations.remove", {
          body: { rev_user_id: contact.id, associations: [associated_to.id] },
        }),
      ),
    onSuccess: async (_, { associated_to }) => {
      await refresh();
      const again = () => void addPlace(contact.id, associated_to.id).then(refresh, failed);
      const title = `${associated_to.display_name ?? ""}: ${strings.common.remove}`;
      toast({ tone: "success", title, action: { label: strings.common.undo, run: again } });
    },
    onError: failed,
  });
  return (
    <QueryState query={places} loading={words.places} bars={2}>
      {({ associations }) => (
        <div className="grid gap-1">
          {associations.length === 0 && <p className="px-2 text-ink-3">{words.noPlaces}</p>}
          <ul className="grid gap-px">
            {associations.map((place) => (
              <PlaceRow key={place.associated_to.id} place={place} onRemove={() => remove.mutate(place)} />
            ))}
          </ul>
          <Combobox
            label={strings.records.find.account}
            trigger={
              <Button size="sm" variant="ghost" className="justify-self-start" pending={add.isPending}>
                <Plus aria-hidden />
                {words.addPlace}
              </Button>
            }
            load={async (text, signal) => {
              const [accounts, workspaces] = await Promise.all([
                loadRecords("account")(text, signal),
                loadRecords("rev_org")(text, signal),
              ]);
              return [...accounts, ...workspaces];
            }}
            source="places"
            chosen={associations.map(({ associated_to }) => associated_to.display_id ?? "")}
            onChoose={({ value }) => add.mutate(value)}
          />
        </div>
      )}
    </QueryState>
  );
}

function addPlace(contact: string, id: string): Promise<unknown> {
  const body = { rev_user_id: contact, associations: [{ associated_to: id }] };
  return answer(api.POST("/rev-users.associations.add", { body }));
}

function PlaceRow({ place, onRemove }: { place: Association; onRemove: () => void }) {
  const { associated_to: to, primary, role, since } = place;
  const isAccount = to.type === "account";
  const Icon = isAccount ? Building2 : SquareStack;
  const name = to.display_name ?? to.display_id ?? "";
  return (
    <li className="group/place flex min-h-9 items-center gap-2.5 rounded-lg px-2 hover:bg-hover">
      <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
      <Link
        to={isAccount ? "/accounts/$id" : "/workspaces/$id"}
        params={{ id: to.display_id ?? to.id }}
        className="truncate font-medium hover:underline"
      >
        {name}
      </Link>
      {primary && <Badge>{words.primary}</Badge>}
      <span className="min-w-0 flex-1 truncate text-[0.8125rem] text-ink-3">
        {[role, since && words.since(formatDate(since))].filter(Boolean).join(", ")}
      </span>
      <button
        type="button"
        aria-label={`${strings.common.remove} ${name}`}
        onClick={onRemove}
        className="grid size-7 shrink-0 place-items-center rounded-md text-ink-3 opacity-0 hover:bg-selected hover:text-ink focus-visible:opacity-100 group-hover/place:opacity-100 max-md:opacity-100"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </li>
  );
}
