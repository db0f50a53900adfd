import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Attribute } from "@/features/customer/attributes";
import { recordQuery } from "@/features/customer/record-query";
import { identifiersQuery, keyOf, kindLabel } from "@/features/identity/identity";
import { ProofBadge } from "@/features/identity/proof-badge";
import { channelText, customersOf, type Item, itemKinds } from "@/features/inbox/item";
import { PartControl, PartsControl, PeopleControl, SeverityControl, TagControl } from "@/features/inbox/item-controls";
import { useCustomFields } from "@/features/inbox/item-fields";
import { itemChanged } from "@/features/inbox/items";
import { nameOf } from "@/features/merge/merge";
import { FieldForm, type FieldSource } from "@/features/record/edit-field";
import { TagChips, VerifiedBadge } from "@/features/record/marks";
import type { AnyRecord } from "@/features/record/record";
import { RecordLink } from "@/features/record/record-link";
import { strings } from "@/strings";

const words = strings.inbox;
const shownIdentifiers = 6;

/** What is known of an item beside what was said, and who the customer is. */
export function ItemSide({ item }: { item: Item }) {
  const customers = customersOf(item);
  const [first, ...others] = customers;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 p-4">
      <section aria-label={words.customer} className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <div className="flex items-center justify-between">
          <h2 className="font-medium text-[0.8125rem] text-ink-2">{itemKinds[item.type].words.people}</h2>
          <PeopleControl item={item} />
        </div>
        {first ? (
          <CustomerCard id={first.display_id ?? first.id} name={nameOf(first)} />
        ) : (
          <p className="text-[0.8125rem] text-ink-3">{words.noCustomer}</p>
        )}
        {others.length > 0 && (
          <ul aria-label={words.others} className="grid gap-1">
            {others.map((one) => (
              <li key={one.id} className="flex min-w-0 items-center gap-2 text-[0.8125rem]">
                <Avatar name={nameOf(one)} seed={one.id} picture={one.display_picture} className="size-5" />
                <span className="min-w-0 truncate">
                  <RecordLink id={one.display_id}>{nameOf(one)}</RecordLink>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-label={words.details} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <h2 className="font-medium text-[0.8125rem] text-ink-2">{words.details}</h2>
        <Details item={item} />
      </section>
      <OwnFields item={item} />
      <section aria-label={words.columns.tags} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <h2 className="font-medium text-[0.8125rem] text-ink-2">{words.columns.tags}</h2>
        <TagControl item={item} />
      </section>
    </div>
  );
}

function Details({ item }: { item: Item }) {
  const { account, workspace } = item;
  return (
    <dl className="grid grid-cols-[6rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1.5 text-[0.8125rem]">
      <Detail label={words.id}>
        <span className="tabular-nums">{item.display_id}</span>
      </Detail>
      {item.ticket && (
        <Detail label={words.columns.severity}>
          <SeverityControl item={item} />
        </Detail>
      )}
      <Detail label={words.columns.part}>
        {item.type === "ticket" ? <PartControl item={item} /> : <PartsControl item={item} />}
      </Detail>
      {account && (
        <Detail label={strings.records.fields.account}>
          <RecordLink id={account.display_id}>{account.display_name ?? account.display_id}</RecordLink>
        </Detail>
      )}
      {workspace?.display_id?.startsWith("REV-") && (
        <Detail label={strings.records.fields.workspace}>
          <RecordLink id={workspace.display_id}>{workspace.display_name ?? workspace.display_id}</RecordLink>
        </Detail>
      )}
      {item.channel && <Detail label={words.columns.channel}>{channelText(item.channel)}</Detail>}
      <Detail label={strings.records.fields.created_date}>
        <RelativeTime iso={item.created} />
        {item.author && ` ${strings.customer.by(nameOf(item.author))}`}
      </Detail>
    </dl>
  );
}

/** The org's own fields, each to be edited where it stands. */
function OwnFields({ item }: { item: Item }) {
  const client = useQueryClient();
  const fields = useCustomFields(item.type);
  if (fields.length === 0) return null;
  const kind = itemKinds[item.type];
  const source: FieldSource = {
    get: async () => recordOf(await kind.get(item.id)),
    update: async (changes) => {
      const changed = await kind.update(item.id, changes);
      await itemChanged(client, changed);
      return recordOf(changed);
    },
    onChanged: () => {},
  };
  const record = recordOf(item);
  return (
    <section aria-label={words.ownFields} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 className="font-medium text-[0.8125rem] text-ink-2">{words.ownFields}</h2>
      <dl className="grid gap-1 text-[0.8125rem]">
        {fields.map((field) => (
          <Attribute
            key={field.name}
            record={record}
            field={field}
            edit={(onDone) => <FieldForm source={source} record={record} field={field} onDone={onDone} />}
            narrow
          />
        ))}
      </dl>
    </section>
  );
}

/** An item as the fields of any record read it. */
function recordOf({ id, display_id, custom }: Item): AnyRecord {
  return { id, display_id, custom_fields: custom };
}

function Detail({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="truncate text-ink-3" title={label}>
        {label}
      </dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** Who the customer is, and how far one may believe it. */
function CustomerCard({ id, name }: { id: string; name: string }) {
  const contact = useQuery(recordQuery("rev_user", id));
  const identifiers = useQuery(identifiersQuery(id));
  const company = contact.data?.account ?? contact.data?.rev_org;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-xl border border-line bg-surface p-3">
      <div className="flex min-w-0 items-center gap-2.5">
        <Avatar
          name={name}
          seed={contact.data?.id ?? id}
          picture={contact.data?.display_picture}
          className="size-9 text-xs"
        />
        <div className="min-w-0 flex-1">
          <p className="flex min-w-0 items-center gap-1.5">
            <Link
              to="/contacts/$id"
              params={{ id }}
              className="truncate font-medium leading-6 hover:underline"
              title={name}
            >
              {name}
            </Link>
            {contact.data?.is_verified && <VerifiedBadge />}
          </p>
          {company && (
            <p className="truncate text-[0.8125rem] text-ink-3 [&_a]:inline-block [&_a]:leading-6">
              <RecordLink id={company.display_id}>{company.display_name ?? company.display_id}</RecordLink>
            </p>
          )}
        </div>
      </div>
      {contact.data?.tags && contact.data.tags.length > 0 && <TagChips tags={contact.data.tags} shown={3} />}
      <QueryState query={identifiers} loading={strings.evidence.identifiers.loading} bars={2}>
        {(found) => (
          <ul aria-label={strings.customer.identifiers} className="grid gap-1.5 text-[0.8125rem]">
            {found.slice(0, shownIdentifiers).map((identifier) => (
              <li key={keyOf(identifier)} className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
                <span className="min-w-0 [overflow-wrap:anywhere]" title={kindLabel(identifier.kind)}>
                  {identifier.value}
                </span>
                <ProofBadge proof={identifier.proof} />
              </li>
            ))}
            {found.length > shownIdentifiers && (
              <li className="text-ink-3">{words.moreIdentifiers(found.length - shownIdentifiers)}</li>
            )}
          </ul>
        )}
      </QueryState>
      <Link
        to="/contacts/$id"
        params={{ id }}
        search={{ tab: "inbox" }}
        className="flex w-fit items-center gap-1 rounded text-[0.8125rem] text-brand hover:underline"
      >
        {words.everythingOf}
        <ArrowRight aria-hidden className="size-3.5" />
      </Link>
    </div>
  );
}
