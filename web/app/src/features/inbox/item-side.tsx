import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { recordQuery } from "@/features/customer/record-query";
import { identifiersQuery, keyOf, kindLabel } from "@/features/identity/identity";
import { ProofBadge } from "@/features/identity/proof-badge";
import { channelText, customersOf, type Item, itemKinds } from "@/features/inbox/item";
import { PartControl, PeopleControl, SeverityControl, TagControl } from "@/features/inbox/item-controls";
import { useCustomFields } from "@/features/inbox/item-fields";
import { nameOf } from "@/features/merge/merge";
import { FieldValue } from "@/features/record/field-value";
import { TagChips, VerifiedBadge } from "@/features/record/marks";
import { RecordLink } from "@/features/record/record-link";
import { isEmpty } from "@/features/record/value";
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
                <Avatar name={nameOf(one)} seed={one.id} className="size-5" />
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
      <section aria-label={words.columns.tags} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <h2 className="font-medium text-[0.8125rem] text-ink-2">{words.columns.tags}</h2>
        <TagControl item={item} />
      </section>
    </div>
  );
}

function Details({ item }: { item: Item }) {
  const customs = useCustomFields(item.type);
  const { account, workspace } = item;
  // A field's value is read as that of any record.
  const record = { id: item.id, display_id: item.display_id, custom_fields: item.ticket?.custom ?? {} };
  const own = customs.filter(({ name }) => !isEmpty(record.custom_fields[name]));
  return (
    <dl className="grid grid-cols-[6rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1.5 text-[0.8125rem]">
      <Detail label={words.id}>
        <span className="tabular-nums">{item.display_id}</span>
      </Detail>
      {item.ticket && (
        <>
          <Detail label={words.columns.severity}>
            <SeverityControl item={item} />
          </Detail>
          <Detail label={words.columns.part}>
            <PartControl item={item} />
          </Detail>
        </>
      )}
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
      {own.map((field) => (
        <Detail key={field.name} label={field.label}>
          <FieldValue record={record} field={field} />
        </Detail>
      ))}
    </dl>
  );
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
        <Avatar name={name} seed={contact.data?.id ?? id} className="size-9 text-xs" />
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
