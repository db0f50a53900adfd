import { useQuery } from "@tanstack/react-query";
import { CornerDownRight, type LucideIcon, Minus, Plus } from "lucide-react";
import type { components } from "@/api/schema.gen";
import { QueryState } from "@/components/query-state";
import { fieldLabel, nameOf, previewQuery, valueWords } from "@/features/merge/merge";
import { cn } from "@/lib/cn";
import { formatNumber, plural } from "@/lib/format";
import { strings } from "@/strings";

type Schemas = components["schemas"];
type Outlook = Schemas["MergePreviewOut"];
type FieldOutlook = Schemas["FieldOutlook"];
type OutlookValue = Schemas["OutlookValue"];
type Fate = "adopted" | "joined" | "dropped";

const text = strings.merges.outlook;

const fates: { fate: Fate; icon: LucideIcon; style: string }[] = [
  { fate: "adopted", icon: CornerDownRight, style: "text-brand" },
  { fate: "joined", icon: Plus, style: "text-brand" },
  { fate: "dropped", icon: Minus, style: "text-danger" },
];

type MergeOutlookProps = { primary: string; secondary: string; isMerging?: boolean };

/** What the merge of two records would do, as the server tells without doing it. */
export function MergeOutlook({ primary, secondary, isMerging = false }: MergeOutlookProps) {
  // Once they are one there is nothing left to preview.
  const query = useQuery({ ...previewQuery(primary, secondary), enabled: !isMerging });
  return (
    <QueryState query={query} loading={strings.merges.dialog.loading}>
      {(outlook) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <Fields outlook={outlook} />
          <Moves moves={outlook.moves} />
        </div>
      )}
    </QueryState>
  );
}

function Fields({ outlook }: { outlook: Outlook }) {
  if (outlook.fields.length === 0) return <p className="text-ink-2">{text.nothing}</p>;
  const result = outlook.rev_user ?? outlook.account ?? outlook.rev_org ?? outlook.conversation;
  const drops = outlook.fields.some((field) => field.dropped.length > 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <ul aria-label={text.list} className="divide-y divide-line rounded-lg border border-line bg-surface">
        {outlook.fields.map((field) => (
          <FieldRow key={field.field} field={field} kept={keptValue(result, field.field)} />
        ))}
      </ul>
      {drops && <p className="text-[0.8125rem] text-ink-3">{text.droppedHint}</p>}
    </div>
  );
}

/** The text that the record that stays has in a field, when it has one. */
function keptValue(result: object | undefined, field: string): string | undefined {
  const value: unknown = result && Object.entries(result).find(([name]) => name === field)?.[1];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function FieldRow({ field, kept }: { field: FieldOutlook; kept: string | undefined }) {
  return (
    <li className="grid gap-x-3 gap-y-1 px-3 py-2.5 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <span className="text-[0.8125rem] text-ink-2">{fieldLabel(field.field)}</span>
      <ul className="grid gap-1">
        {fates.flatMap(({ fate, icon: Icon, style }) =>
          field[fate].map((value) => (
            <li key={`${fate} ${valueText(value, field.field)}`} className="flex min-w-0 gap-2">
              <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", style)} />
              <span className="min-w-0 break-words">
                <span className={cn("font-medium", fate === "dropped" && "line-through decoration-ink-3")}>
                  {valueText(value, field.field)}
                </span>{" "}
                <span className="text-[0.8125rem] text-ink-2">
                  {text[fate]}
                  {fate === "dropped" && kept && ` ${text.keeps(kept)}`}
                </span>
              </span>
            </li>
          )),
        )}
      </ul>
    </li>
  );
}

function valueText({ record, value }: OutlookValue, field: string): string {
  if (!record) return value ? valueWords(field, value) : strings.common.empty;
  return value ? `${nameOf(record)} (${value})` : nameOf(record);
}

type Moves = Schemas["MergeMoves"];
const moveOrder = [
  "comments",
  "identifiers",
  "rev_users",
  "associations",
  "rev_orgs",
  "accounts",
  "owned_by",
  "tags",
  "history",
] as const;

function Moves({ moves }: { moves: Moves }) {
  const texts = moveOrder.flatMap((kind) => movedText(moves, kind));
  return (
    <div>
      <h3 className="mb-1.5 font-semibold text-[0.8125rem]">{text.moves}</h3>
      {texts.length === 0 ? (
        <p className="text-ink-2">{text.movesNothing}</p>
      ) : (
        <ul className="flex flex-wrap gap-1.5">
          {texts.map((moved) => (
            <li key={moved} className="rounded-md bg-hover px-2 py-0.5 text-[0.8125rem] text-ink-2">
              {moved}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function movedText(moves: Moves, kind: (typeof moveOrder)[number]): string[] {
  const count = moves[kind] ?? 0;
  if (count === 0) return [];
  const [one, many] = text.moved[kind];
  const words = plural(count, one ?? "", many);
  return [kind === "history" && moves.history_more ? text.atLeast(`${formatNumber(count)} ${many}`) : words];
}
