import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeftRight, ChevronRight, GitMerge, Split } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/client";
import { QueryState } from "@/components/query-state";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import {
  acceptPair,
  type Duplicate,
  type KnownPair,
  likelyPrimary,
  type Pair,
  pairQuery,
  percent,
  type RevUser,
  rejectPair,
} from "@/features/duplicate/duplicate";
import { EvidenceWaterfall } from "@/features/duplicate/evidence-waterfall";
import { PairCompare } from "@/features/duplicate/pair-compare";
import { kindLabel } from "@/features/identity/identity";
import { announceMerge, nameOf, refreshIdentity, ruleText } from "@/features/merge/merge";
import { MergeOutlook } from "@/features/merge/merge-outlook";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const text = strings.duplicates;

type PairViewProps = {
  pair: Pair;
  onDecided: () => void;
  /** Absent when no other pair waits. */
  onSkip: (() => void) | undefined;
};

/** One pair: what both have, why they may be one person, and what to do with them. */
export function PairView({ pair, onDecided, onSkip }: PairViewProps) {
  const query = useQuery(pairQuery(pair));
  if (!query.data) {
    return (
      <div className="p-4 sm:p-6">
        <QueryState query={query} loading={text.loading} bars={6}>
          {() => null}
        </QueryState>
      </div>
    );
  }
  const [one, other] = query.data.rev_users;
  if (!one || !other) return <GonePair />;
  return <OpenPair pair={pair} known={query.data} contacts={[one, other]} onDecided={onDecided} onSkip={onSkip} />;
}

function GonePair() {
  return (
    <div className="p-4 sm:p-6">
      <Alert tone="info">
        <p className="font-medium text-ink">{text.gone}</p>
        <p>{text.goneHint}</p>
      </Alert>
    </div>
  );
}

type OpenPairProps = PairViewProps & { known: KnownPair; contacts: [RevUser, RevUser] };

function OpenPair({ pair, known, contacts, onDecided, onSkip }: OpenPairProps) {
  const [one, other] = contacts;
  const [primaryId, setPrimaryId] = useState(likelyPrimary(contacts)?.id);
  const [primary, secondary] = primaryId === other.id ? [other, one] : [one, other];
  const { merge, reject } = useDecision(pair, primary, secondary, onDecided);
  const isBusy = merge.isPending || reject.isPending;
  const swap = () => setPrimaryId(secondary.id);
  useHotkeys({ m: () => !isBusy && merge.mutate(), x: () => !isBusy && reject.mutate(), s: swap });
  const { duplicate, evidence } = known;
  return (
    <div className="flex h-full flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-8 px-4 py-5 sm:px-6">
          <PairHeading duplicate={duplicate} onSwap={swap} />
          {duplicate.state !== "open" && <Alert tone="info">{text.decided[duplicate.state]}</Alert>}
          <PairCompare pair={known} primary={primary.id} />
          <Section title={text.evidence.title} hint={evidence && text.evidence.hint}>
            {evidence ? (
              <EvidenceWaterfall evidence={evidence} probability={duplicate.probability} />
            ) : (
              <RuleEvidence duplicate={duplicate} />
            )}
          </Section>
          <Section title={text.outlook}>
            <MergeOutlook primary={primary.id} secondary={secondary.id} />
          </Section>
        </div>
      </div>
      <fieldset
        data-bottom-bar
        className="flex flex-wrap items-center gap-2 border-line border-t bg-surface px-4 py-2.5 sm:px-6"
      >
        <legend className="sr-only">{text.actions.label}</legend>
        <Button variant="primary" pending={merge.isPending} disabled={isBusy} onClick={() => merge.mutate()}>
          {!merge.isPending && <GitMerge aria-hidden />}
          {text.actions.merge}
          <Key>M</Key>
        </Button>
        <Button pending={reject.isPending} disabled={isBusy} onClick={() => reject.mutate()}>
          {!reject.isPending && <Split aria-hidden />}
          {text.actions.reject}
          <Key>X</Key>
        </Button>
        <Button variant="ghost" disabled={!onSkip} onClick={onSkip}>
          {text.actions.skip}
          <ChevronRight aria-hidden className="lg:hidden" />
          <Key>J</Key>
        </Button>
      </fieldset>
    </div>
  );
}

/** Merging and rejecting, each with its message. What is shown leaves first, so that it is not read again for nothing. */
function useDecision(pair: Pair, primary: RevUser, secondary: RevUser, onDecided: () => void) {
  const client = useQueryClient();
  const onError = (error: unknown) => toast({ tone: "danger", title: text.actions.failed, detail: messageOf(error) });
  const merge = useMutation({
    mutationFn: () => acceptPair(pair, primary.id),
    onSuccess: (merged) => {
      onDecided();
      announceMerge(client, merged, primary, secondary);
      void refreshIdentity(client);
    },
    onError,
  });
  const reject = useMutation({
    mutationFn: () => rejectPair(pair),
    onSuccess: () => {
      onDecided();
      const title = text.actions.rejected(nameOf(primary), nameOf(secondary));
      toast({ tone: "info", title, detail: text.actions.rejectedHint });
      void refreshIdentity(client);
    },
    onError,
  });
  return { merge, reject };
}

/** A shortcut's key inside its button, where there is a keyboard. */
function Key({ children }: { children: string }) {
  return (
    <span aria-hidden className="max-lg:hidden">
      <Kbd>{children}</Kbd>
    </span>
  );
}

function PairHeading({ duplicate, onSwap }: { duplicate: Duplicate; onSwap: () => void }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div>
        <h2 className="font-semibold text-xl tabular-nums tracking-tight">
          {text.likely(percent(duplicate.probability))}
        </h2>
        <p className="text-ink-2">{ruleText(duplicate.rule)}</p>
      </div>
      <Button size="sm" onClick={onSwap}>
        <ArrowLeftRight aria-hidden />
        {text.actions.swap}
        <Key>S</Key>
      </Button>
    </div>
  );
}

function RuleEvidence({ duplicate }: { duplicate: Duplicate }) {
  const { identifier } = duplicate;
  return (
    <p className="text-pretty text-ink-2">
      {text.evidence.byRule}
      {identifier && ` ${text.evidence.byIdentifier(kindLabel(identifier.kind).toLowerCase(), identifier.value)}`}
    </p>
  );
}

type SectionProps = { title: string; hint?: string | undefined; children: ReactNode };

function Section({ title, hint, children }: SectionProps) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div>
        <h3 className="font-semibold">{title}</h3>
        {hint && <p className="mt-0.5 text-pretty text-[0.8125rem] text-ink-2">{hint}</p>}
      </div>
      {children}
    </section>
  );
}
