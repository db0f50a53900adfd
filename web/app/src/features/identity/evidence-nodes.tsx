import { GitMerge } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import { type Explanation, type Identifier, kindLabel, type Part, sourceLabel } from "@/features/identity/identity";
import { ProofBadge } from "@/features/identity/proof-badge";
import { nameOf, ruleText } from "@/features/merge/merge";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.evidence.graph;

/** What would go with the piece that was chosen: dashed, so that colour is not all that tells. */
const lostStyle = "border-danger border-dashed bg-danger-soft";

/** A contact that is part of the whole. */
export function PartCard({ part, isLost }: { part: Part; isLost: boolean }) {
  const { rev_user: contact } = part;
  return (
    <div
      className={cn(
        "flex h-full min-w-0 items-center gap-2.5 rounded-xl border bg-surface px-3 py-2",
        part.into ? "border-line-strong" : "border-brand shadow-panel",
        isLost && lostStyle,
      )}
    >
      <Avatar name={nameOf(contact)} seed={contact.id} className="size-8" />
      <div className="min-w-0">
        <p className="truncate font-medium" title={nameOf(contact)}>
          {nameOf(contact)}
        </p>
        <p className="truncate text-ink-2 text-xs">
          {contact.display_id}
          {part.into ? `, ${text.created} ${formatDate(part.created_date)}` : ` · ${text.stands}`}
        </p>
      </div>
    </div>
  );
}

/** What a part is known by. */
export function IdentifierCard({ identifier, isLost }: { identifier: Identifier; isLost: boolean }) {
  return (
    <div
      className={cn(
        "grid h-full min-w-0 content-center rounded-lg border border-line bg-surface px-2.5 py-1",
        isLost && lostStyle,
      )}
    >
      <p className="flex min-w-0 items-center justify-between gap-2">
        <span className="truncate font-medium text-[0.8125rem]" title={identifier.value}>
          {identifier.value}
        </span>
        <ProofBadge proof={identifier.proof} />
      </p>
      <p className="truncate text-ink-2 text-xs">
        {kindLabel(identifier.kind)} {strings.evidence.identifiers.from(sourceLabel(identifier.source))}
      </p>
    </div>
  );
}

type MergeLabelProps = { part: Part; explanation: Explanation; isLost: boolean };

/** Which merge made the part one with the others, and what decided it. */
export function MergeLabel({ part, explanation, isLost }: MergeLabelProps) {
  if (!part.merge) return null;
  const merge = explanation.merges.find((one) => one.display_id === part.merge);
  const words = merge ? text.mergedBy(part.merge, ruleText(merge.rule)) : part.merge;
  return (
    <p
      title={words}
      className={cn("flex min-w-0 items-center gap-1 text-xs", isLost ? "text-danger line-through" : "text-ink-2")}
    >
      <GitMerge aria-hidden className="size-3 shrink-0" />
      <span className="truncate">{words}</span>
    </p>
  );
}
