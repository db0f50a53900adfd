import { AlarmClock, Flag, MessageCircle, Ticket } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { type Item, type ItemType, itemKinds, type Severity, stageText } from "@/features/inbox/item";
import { nameOf } from "@/features/merge/merge";
import { cn } from "@/lib/cn";
import { formatDateTime, formatMoment } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.inbox;

const stageTones: Record<string, "neutral" | "brand" | "warn"> = {
  new: "brand",
  needs_response: "warn",
  queued: "brand",
  work_in_progress: "warn",
};

/** A stage. What waits for the team stands out. */
export function StageMark({ stage }: { stage: string }) {
  return <Badge tone={stageTones[stage] ?? "neutral"}>{stageText(stage)}</Badge>;
}

/** How far an item has come, or when it comes back. */
export function StageBadge({ item: { stage, snoozedUntil } }: { item: Item }) {
  if (!snoozedUntil) return <StageMark stage={stage} />;
  return (
    <Badge title={words.snooze.snoozedUntil(formatDateTime(snoozedUntil))}>
      <AlarmClock aria-label={words.snooze.snoozed} className="size-3.5" />
      {formatMoment(snoozedUntil)}
    </Badge>
  );
}

const severityStyles: Record<Severity, string> = {
  blocker: "text-danger",
  high: "text-warn",
  medium: "text-ink-2",
  low: "text-ink-3",
};

export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span className={cn("inline-flex items-center gap-1 whitespace-nowrap", severityStyles[severity])}>
      <Flag aria-hidden className="size-3.5" />
      {words.severities[severity]}
    </span>
  );
}

/** Who looks after it. */
export function Owners({ owners }: Pick<Item, "owners">) {
  const [first, ...others] = owners;
  if (!first) return <span className="text-ink-3">{words.nobody}</span>;
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={owners.map(nameOf).join("\n")}>
      <Avatar name={nameOf(first)} seed={first.id} className="size-5" />
      <span className="truncate">{nameOf(first)}</span>
      {others.length > 0 && <span className="text-ink-3">+{others.length}</span>}
    </span>
  );
}

export const itemIcons = { conversation: MessageCircle, ticket: Ticket };

/** Whether it is a conversation or a ticket, where both stand in one list. */
export function TypeMark({ type }: { type: ItemType }) {
  const Icon = itemIcons[type];
  return <Icon role="img" aria-label={itemKinds[type].words.one} className="size-4 shrink-0 text-ink-3" />;
}
