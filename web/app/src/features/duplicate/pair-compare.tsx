import { Link } from "@tanstack/react-router";
import { CircleDashed, Equal, EqualApproximately, type LucideIcon, X } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { type Agreement, type ComparedRow, compareContacts, differing } from "@/features/duplicate/compare";
import type { KnownPair, RevUser } from "@/features/duplicate/duplicate";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const text = strings.duplicates.compare;

const marks: Record<Agreement, { icon: LucideIcon; style: string }> = {
  equal: { icon: Equal, style: "bg-brand-soft text-brand" },
  similar: { icon: EqualApproximately, style: "bg-warn-soft text-warn" },
  different: { icon: X, style: "bg-danger-soft text-danger" },
  single: { icon: CircleDashed, style: "bg-hover text-ink-3" },
};

/** Two contacts side by side. `primary` is the id of the one that would stay, when that is of interest. */
export function PairCompare({ pair, primary }: { pair: KnownPair; primary?: string | undefined }) {
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">{text.title}</caption>
      <thead>
        <tr className="align-bottom">
          <th scope="col" className="w-22 sm:w-36">
            <span className="sr-only">{text.field}</span>
          </th>
          {pair.rev_users.map((contact) => (
            <ContactHead key={contact.id} contact={contact} primary={primary} />
          ))}
        </tr>
      </thead>
      <tbody>
        {compareContacts(pair).map((row) => (
          <Row key={row.key} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function ContactHead({ contact, primary }: { contact: RevUser; primary: string | undefined }) {
  const stays = contact.id === primary;
  return (
    <th scope="col" className="px-2 pb-3 text-left align-top font-normal sm:px-3">
      <span className="flex min-w-0 items-center gap-2.5">
        <Avatar
          name={contact.display_name}
          seed={contact.id}
          picture={contact.display_picture}
          className="size-8 max-sm:hidden"
        />
        <span className="min-w-0">
          <Link
            to="/contacts/$id"
            params={{ id: contact.display_id }}
            className="block break-words font-semibold leading-tight underline-offset-2 hover:underline"
          >
            {contact.display_name}
          </Link>
          <span className="block text-ink-3 text-xs">{contact.display_id}</span>
        </span>
      </span>
      {primary && (
        <span className="mt-1.5 block">
          <Badge tone={stays ? "brand" : "neutral"}>{stays ? text.stays : text.joins}</Badge>
        </span>
      )}
    </th>
  );
}

function Row({ row }: { row: ComparedRow }) {
  const [one, other] = row.values;
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="py-2.5 pr-2 text-left font-normal">
        <span className="block text-[0.8125rem] text-ink-2">{row.label}</span>
        {row.agreement && <AgreementMark agreement={row.agreement} />}
      </th>
      <Values values={one} against={other} row={row} />
      <Values values={other} against={one} row={row} />
    </tr>
  );
}

function AgreementMark({ agreement }: { agreement: Agreement }) {
  const { icon: Icon, style } = marks[agreement];
  return (
    <span
      className={cn(
        "mt-1 inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 font-medium text-[0.6875rem] leading-4",
        style,
      )}
    >
      <Icon aria-hidden className="size-3 shrink-0" />
      {text.agreement[agreement]}
    </span>
  );
}

type ValuesProps = { values: string[]; against: string[]; row: ComparedRow };

function Values({ values, against, row }: ValuesProps) {
  return (
    <td className="px-2 py-2.5 sm:px-3">
      {values.length === 0 && <span className="text-ink-3">{text.empty}</span>}
      {values.map((value) => (
        <span key={value} className="block [overflow-wrap:anywhere]">
          <Value value={value} against={against} marked={row.agreement === "similar"} />
        </span>
      ))}
    </td>
  );
}

/** One of two similar values, with what sets it apart underlined. */
function Value({ value, against, marked }: { value: string; against: string[]; marked: boolean }) {
  const [other] = against;
  if (!marked || other === undefined || against.length > 1 || against.includes(value)) return value;
  return differing(value, other).map((piece) =>
    piece.differs ? (
      <mark
        key={piece.text}
        className="rounded-[3px] bg-warn-soft text-ink underline decoration-warn decoration-2 underline-offset-3"
      >
        {piece.text}
      </mark>
    ) : (
      piece.text
    ),
  );
}
