import { Link } from "@tanstack/react-router";
import type { Work } from "@/features/inbox/item";
import { Owners, StageMark } from "@/features/inbox/marks";
import { amountOf } from "@/features/opportunity/opportunity";
import { RecordLink } from "@/features/record/record-link";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.inbox.opportunities;

type OpportunityTableProps = {
  works: Work[];
  /** Whether they are of one customer, whom then nobody need be told. */
  ofOne?: boolean;
};

/** Opportunities, a row each. */
export function OpportunityTable({ works, ofOne = false }: OpportunityTableProps) {
  const account = ofOne ? [] : [words.account];
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className={cn("w-full text-left text-[0.8125rem]", ofOne ? "min-w-xl" : "min-w-2xl")}>
        <thead>
          <tr className="border-line border-b text-ink-3 text-xs">
            {[words.name, ...account, words.stage, words.amount, words.closes, words.owner].map((name) => (
              <th key={name} scope="col" className="px-3.5 py-2 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {works.map((work) => (
            <Row key={work.id} work={work} ofOne={ofOne} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ work, ofOne }: { work: Work; ofOne: boolean }) {
  const { account } = work;
  return (
    <tr className="hover:bg-hover">
      <td className="max-w-72 px-3.5 py-2">
        <Link
          to="/opportunities/$id"
          params={{ id: work.display_id }}
          title={work.title}
          className="block truncate font-medium hover:underline"
        >
          {work.title}
        </Link>
        <span className="text-ink-3 text-xs tabular-nums">{work.display_id}</span>
      </td>
      {!ofOne && (
        <td className="max-w-48 truncate px-3.5 py-2">
          {account ? (
            <RecordLink id={account.display_id}>{account.display_name ?? account.display_id}</RecordLink>
          ) : (
            "–"
          )}
        </td>
      )}
      <td className="whitespace-nowrap px-3.5 py-2">
        <StageMark stage={work.stage.name} />
      </td>
      <td className="whitespace-nowrap px-3.5 py-2 tabular-nums">{amountOf(work)}</td>
      <td className="whitespace-nowrap px-3.5 py-2 tabular-nums">
        {formatDate(work.actual_close_date ?? work.target_close_date) || "–"}
      </td>
      <td className="max-w-40 px-3.5 py-2">
        <Owners owners={work.owned_by} />
      </td>
    </tr>
  );
}
