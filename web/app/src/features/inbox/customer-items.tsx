import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Inbox, MessageCircle, Ticket } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { Option } from "@/components/ui/combobox";
import { ConversationSheet } from "@/features/inbox/conversation-sheet";
import { StateSwitch } from "@/features/inbox/inbox-filters";
import { type Shown, statesOf } from "@/features/inbox/inbox-search";
import { type Item, type ItemFilter, type ItemType, itemKinds, itemTypes, titleOf } from "@/features/inbox/item";
import { Active, Snippet } from "@/features/inbox/item-line";
import { countQuery, itemsOf } from "@/features/inbox/items";
import { Owners, SeverityMark, StageBadge, TypeMark } from "@/features/inbox/marks";
import { mergedByTime } from "@/features/inbox/merged-by-time";
import { Opportunities } from "@/features/inbox/opportunities";
import { TicketSheet } from "@/features/inbox/ticket-sheet";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { useGrowing } from "@/lib/growing";
import { useLive } from "@/lib/use-live";
import { strings } from "@/strings";

const words = strings.inbox;

/** What of a customer's matters is shown. */
export type CustomerItemsView = { state: Shown; type: ItemType | "both" };

type CustomerItemsProps = { kind: RecordKind; record: AnyRecord };

/** Everything a customer has said and reported in one list, the latest first, and what may be sold. */
export default function CustomerItems({ kind, record }: CustomerItemsProps) {
  const [view, setView] = useState<CustomerItemsView>({ state: "all", type: "both" });
  const [creating, setCreating] = useState<ItemType>();
  const option = { value: record.display_id, label: record.display_name ?? record.display_id };
  const isContact = kind.type === "rev_user";
  return (
    <div className="grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-8">
      <section aria-label={strings.customer.inbox} className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <StateSwitch value={view.state} onChange={(state) => setView({ ...view, state })} />
          <TypeSwitch kind={kind} record={record} view={view} onChange={(type) => setView({ ...view, type })} />
          <span className="ml-auto flex flex-wrap gap-2">
            {isContact && (
              <Button size="sm" onClick={() => setCreating("conversation")}>
                <MessageCircle aria-hidden />
                {words.newConversation}
              </Button>
            )}
            <Button size="sm" onClick={() => setCreating("ticket")}>
              <Ticket aria-hidden />
              {words.newTicket}
            </Button>
          </span>
        </div>
        <MergedList key={JSON.stringify(view)} kind={kind} record={record} view={view} />
      </section>
      {kind.type !== "rev_org" && <Opportunities kind={kind} record={record} />}
      <ConversationSheet
        open={creating === "conversation"}
        onOpenChange={(stays) => !stays && setCreating(undefined)}
        contact={option}
      />
      <TicketSheet
        open={creating === "ticket"}
        onOpenChange={(stays) => !stays && setCreating(undefined)}
        {...presetOf(kind, record, option)}
      />
    </div>
  );
}

function presetOf(kind: RecordKind, record: AnyRecord, option: Option) {
  if (kind.type === "rev_user") return { reporter: option };
  if (kind.type === "account") return { account: option };
  const { account } = record;
  return account && { account: { value: account.display_id ?? account.id, label: account.display_name ?? account.id } };
}

/** Spam too: whoever looks at the customer wants all there is. */
function filterFor(kind: RecordKind, record: AnyRecord, state: Shown): ItemFilter {
  const states = statesOf[state];
  const of = { rev_user: "contact", account: "account", rev_org: "workspace" } as const;
  return { [of[kind.type]]: record.display_id, ...(states && { states }) };
}

type TypeSwitchProps = CustomerItemsProps & {
  view: CustomerItemsView;
  onChange: (type: CustomerItemsView["type"]) => void;
};

/** Conversations, tickets or both, with how many there are. */
function TypeSwitch({ kind, record, view, onChange }: TypeSwitchProps) {
  const filter = filterFor(kind, record, view.state);
  const counts = {
    conversation: useQuery(countQuery(itemKinds.conversation, filter)).data,
    ticket: useQuery(countQuery(itemKinds.ticket, filter)).data,
  };
  return (
    <fieldset className="flex w-fit gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{words.type}</legend>
      {(["both", ...itemTypes] as const).map((type) => {
        const count = type === "both" ? undefined : counts[type];
        return (
          <button
            key={type}
            type="button"
            aria-pressed={type === view.type}
            onClick={() => onChange(type)}
            className={cn(
              "h-7 rounded-md px-2.5 font-medium text-[0.8125rem]",
              type === view.type ? "bg-raised text-ink shadow-xs" : "text-ink-2 hover:text-ink",
            )}
          >
            {type === "both" ? words.both : itemKinds[type].words.title}
            {count && (
              <span className="ml-1.5 font-normal text-ink-3 tabular-nums">
                {formatNumber(count.count)}
                {count.more && "+"}
              </span>
            )}
          </button>
        );
      })}
    </fieldset>
  );
}

function MergedList({ kind, record, view }: CustomerItemsProps & { view: CustomerItemsView }) {
  const filter = filterFor(kind, record, view.state);
  const conversations = useGrowing(itemsOf(itemKinds.conversation, filter));
  const tickets = useGrowing(itemsOf(itemKinds.ticket, filter));
  useLive(record.id, ["items"]);
  const lists = [
    ...(view.type === "ticket" ? [] : [conversations]),
    ...(view.type === "conversation" ? [] : [tickets]),
  ];
  const waiting = lists.find(({ query }) => query.data === undefined);
  if (waiting) {
    return (
      <QueryState query={waiting.query} loading={words.loadingBoth}>
        {() => null}
      </QueryState>
    );
  }
  const { items, short } = mergedByTime(lists.map(({ query }) => query.data ?? { items: [], next: undefined }));
  if (items.length === 0) {
    return (
      <StateMessage icon={Inbox} title={view.state === "all" ? words.nothingYet : words.nothingThere}>
        <p className="text-pretty text-ink-2">{view.state === "all" ? words.nothingYetText : words.nothingThereText}</p>
      </StateMessage>
    );
  }
  const problem = lists.find(({ moreError }) => moreError)?.moreError;
  return (
    <>
      <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
        {items.map((item) => (
          <Line key={item.id} item={item} />
        ))}
      </ul>
      {problem && <Alert>{messageOf(problem)}</Alert>}
      {short.length > 0 && (
        <Button
          size="sm"
          className="justify-self-center"
          pending={lists.some(({ isLoadingMore }) => isLoadingMore)}
          onClick={() => {
            for (const at of short) lists[at]?.loadMore();
          }}
        >
          {strings.common.loadMore}
        </Button>
      )}
    </>
  );
}

function Line({ item }: { item: Item }) {
  return (
    <li className="relative flex items-center gap-3 px-3.5 py-2.5 text-[0.8125rem] hover:bg-hover">
      <TypeMark type={item.type} />
      <span className="min-w-0 flex-1">
        <Link
          to={`${itemKinds[item.type].path}/$id`}
          params={{ id: item.display_id }}
          className="block truncate font-medium text-ink text-sm after:absolute after:inset-0"
        >
          {titleOf(item)}
        </Link>
        <Snippet item={item} />
      </span>
      <span className="flex shrink-0 flex-col items-end gap-1 md:flex-row md:items-center md:gap-3">
        <span className="w-18 max-md:hidden">
          {item.ticket?.severity && <SeverityMark severity={item.ticket.severity} />}
        </span>
        <span className="w-32 min-w-0 max-md:hidden">
          <Owners owners={item.owners} />
        </span>
        <span className="md:w-40">
          <StageBadge item={item} />
        </span>
        <span className="text-right md:w-24">
          <Active item={item} />
        </span>
      </span>
    </li>
  );
}
