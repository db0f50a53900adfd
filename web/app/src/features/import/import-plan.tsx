import type { Difference } from "@/features/import/import";
import { fieldLabel } from "@/features/import/import-text";
import { strings } from "@/strings";

const words = strings.imports;

/** What an import would change about records that there are, field by field. */
export function ImportPlan({ plan }: { plan: Difference[] }) {
  return (
    <section aria-labelledby="import-plan" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div>
        <h3 id="import-plan" className="font-medium">
          {words.plan}
        </h3>
        <p className="text-[0.8125rem] text-ink-3">{words.planHint(plan.length)}</p>
      </div>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {plan.map((difference) => (
          <li key={difference.record} className="overflow-hidden rounded-xl border border-line">
            <PlanHead difference={difference} />
            <Changes difference={difference} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PlanHead({ difference }: { difference: Difference }) {
  return (
    <p className="flex items-baseline gap-2 border-line border-b bg-sunken px-3.5 py-2">
      <span className="truncate font-medium">{difference.display_name}</span>
      <span className="whitespace-nowrap text-ink-3 text-xs">{difference.record}</span>
      <span className="ml-auto whitespace-nowrap text-ink-3 text-xs tabular-nums">
        {words.lineOf(String(difference.line))}
      </span>
    </p>
  );
}

function Changes({ difference }: { difference: Difference }) {
  return (
    <dl className="divide-y divide-line text-[0.8125rem]">
      {difference.changes.map(({ field, before, after }) => (
        <div
          key={field}
          className="grid grid-cols-[minmax(0,1fr)] gap-x-3 px-3.5 py-2 sm:grid-cols-[10rem_minmax(0,1fr)]"
        >
          <dt className="text-ink-3">{fieldLabel(field)}</dt>
          <dd className="break-words">
            <span className="sr-only">{words.before}: </span>
            <span className="text-ink-3">{before || words.blank}</span>
            <span aria-hidden className="px-1.5 text-ink-3">
              →
            </span>
            <span className="sr-only">{words.after}: </span>
            {after || words.blank}
          </dd>
        </div>
      ))}
    </dl>
  );
}
