import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { ApiError } from "@/api/client";
import type { OrgSettingsChange, RuleEffect } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/sheet";
import { kindName } from "@/features/identity-rules/kinds";
import { previewQuery } from "@/features/identity-rules/rules";
import { RecordLink } from "@/features/record/record-link";
import { strings } from "@/strings";

const words = strings.identity;

type PreviewSheetProps = {
  change: OrgSettingsChange;
  onClose: () => void;
  /** The server does not take the change at all: the form shows where it is wrong. */
  onRefused: (error: unknown) => void;
  action: ReactNode;
};

/** Whom the changed rules would join or part, before they are saved. */
export function PreviewSheet({ change, onClose, onRefused, action }: PreviewSheetProps) {
  const preview = useInfiniteQuery(previewQuery(change));
  const refusal = preview.error instanceof ApiError && preview.error.field ? preview.error : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is told once, when it comes
  useEffect(() => {
    if (refusal) onRefused(refusal);
  }, [refusal]);
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.previewTitle}
      description={words.previewText}
      footer={
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{strings.common.cancel}</Button>
          {action}
        </div>
      }
    >
      <div className="p-5">
        <QueryState query={preview} loading={words.previewLoading} bars={4}>
          {({ pages }) => {
            const effects = pages.flatMap((page) => page.effects);
            return effects.length > 0 ? <Effects effects={effects} /> : <NoEffects isDone={!preview.hasNextPage} />;
          }}
        </QueryState>
        {preview.hasNextPage && (
          <Button className="mt-3" pending={preview.isFetchingNextPage} onClick={() => preview.fetchNextPage()}>
            {words.previewFurther}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

function NoEffects({ isDone }: { isDone: boolean }) {
  return (
    <StateMessage icon={CircleCheck} title={isDone ? words.previewNone : words.previewNoneSoFar}>
      {isDone && <p className="text-pretty text-ink-2">{words.previewNoneText}</p>}
    </StateMessage>
  );
}

function Effects({ effects }: { effects: RuleEffect[] }) {
  return (
    <ul aria-label={words.previewTitle} className="grid gap-3">
      {effects.map((effect) => (
        <li key={JSON.stringify([effect.by, effect.merge?.id])} className="rounded-xl border border-line p-4">
          <Badge tone={effect.effect === "join" ? "warn" : "neutral"}>
            {effect.effect === "join" ? words.join : words.part}
          </Badge>
          <ul className="mt-2.5 grid gap-1.5">
            {effect.rev_users.map((person) => (
              <li key={person.id} className="flex items-center gap-2">
                <Avatar name={person.display_name ?? ""} seed={person.id} />
                <RecordLink id={person.display_id}>{person.display_name}</RecordLink>
                <span className="text-ink-3 text-xs">{person.display_id}</span>
              </li>
            ))}
          </ul>
          <p className="mt-2.5 break-words text-[0.8125rem] text-ink-2">{sentence(effect)}</p>
        </li>
      ))}
    </ul>
  );
}

function sentence({ by, merge }: RuleEffect): string {
  if (by) return words.joinText(kindName(by.kind), by.value);
  return words.partText((merge?.evidence ?? []).map(({ value }) => value).join(", "));
}
