import { CircleCheck, CircleSlash, CircleX, KeyRound, UserRoundCheck, UserRoundPlus } from "lucide-react";
import type { ReactNode } from "react";
import type { Resolution } from "@/api/types";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { kindName } from "@/features/identity-rules/kinds";
import { RecordLink } from "@/features/record/record-link";
import { cn } from "@/lib/cn";
import { formatDateTime } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.identity;

type Person = { id: string; display_id: string; display_name?: string };
type Identifier = Resolution["identifiers"][number];
type TriedRule = Resolution["rules"][number];

/** What would become of something, and why. */
export function ResolutionView({ resolution }: { resolution: Resolution }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-panel">
      {resolution.token ? <TokenProof token={resolution.token} /> : <Decision resolution={resolution} />}
      {!resolution.token && <Details resolution={resolution} />}
    </div>
  );
}

const looks = {
  matched: { icon: UserRoundCheck, style: "bg-brand-soft text-brand" },
  created: { icon: UserRoundPlus, style: "bg-brand-soft text-brand" },
  refused: { icon: CircleX, style: "bg-danger-soft text-danger" },
  none: { icon: KeyRound, style: "bg-hover text-ink-2" },
};

function Decision({ resolution }: { resolution: Resolution }) {
  const { decision, reason, matched_by: match, rev_user } = resolution;
  return (
    <Verdict look={decision} title={words.decisions[decision]}>
      {reason && <p className="text-danger">{reason}</p>}
      {match && (
        <p className="text-ink-2">
          {match.by
            ? words.matchedByValue(ruleName(match.rule), match.by.value)
            : words.matchedBy(ruleName(match.rule))}
        </p>
      )}
      {decision === "matched" && rev_user && <PersonLine person={rev_user} />}
    </Verdict>
  );
}

function TokenProof({ token }: { token: NonNullable<Resolution["token"]> }) {
  const proof = token.proof as keyof typeof words.tokenProofs | undefined;
  if (!token.valid) {
    return (
      <Verdict look="refused" title={words.tokenInvalid}>
        <p className="text-ink-2">{token.reason}</p>
      </Verdict>
    );
  }
  return (
    <Verdict look="none" title={words.tokenValid}>
      <p className="text-ink-2">{proof ? words.tokenProofs[proof] : words.tokenOther}</p>
      <dl className="mt-1 grid grid-cols-[6rem_minmax(0,1fr)] gap-y-1 text-[0.8125rem]">
        {token.subject && (
          <>
            <dt className="text-ink-3">{words.tokenSubject}</dt>
            <dd>
              <PersonLine person={token.subject} />
            </dd>
          </>
        )}
        <dt className="text-ink-3">{words.tokenType}</dt>
        <dd className="break-all font-mono text-xs">{token.requested_token_type}</dd>
        {token.expires_at && (
          <>
            <dt className="text-ink-3">{words.tokenExpires}</dt>
            <dd>{formatDateTime(token.expires_at)}</dd>
          </>
        )}
      </dl>
    </Verdict>
  );
}

function Verdict({ look, title, children }: { look: keyof typeof looks; title: string; children: ReactNode }) {
  const { icon: Icon, style } = looks[look];
  return (
    <div className="flex items-start gap-3 p-5">
      <span className={cn("grid size-9 shrink-0 place-items-center rounded-full", style)}>
        <Icon aria-hidden className="size-5" />
      </span>
      <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-1">
        <h2 className="font-semibold text-base">{title}</h2>
        {children}
      </div>
    </div>
  );
}

function Details({ resolution }: { resolution: Resolution }) {
  const { identifiers, rules, candidates, merges, changes, attaches } = resolution;
  return (
    <>
      {identifiers.length > 0 && (
        <Detail title={words.identifiers}>
          <Identifiers list={identifiers} />
        </Detail>
      )}
      <Detail title={words.rules}>
        {rules.length > 0 ? <Rules rules={rules} /> : <p className="text-ink-3">{words.noRules}</p>}
      </Detail>
      {candidates.length > 0 && (
        <Detail title={words.candidates}>
          <ul className="grid gap-1.5">
            {candidates.map(({ rev_user, rule, by }) => (
              <li key={`${rev_user.id} ${rule} ${by?.value}`}>
                <PersonLine person={rev_user}>
                  <span className="text-[0.8125rem] text-ink-2">
                    {candidateRule(rule)} {by && <code className="font-mono text-xs">{by.value}</code>}
                  </span>
                </PersonLine>
              </li>
            ))}
          </ul>
        </Detail>
      )}
      {merges.length > 0 && (
        <Detail title={words.merges}>
          <ul className="grid gap-1.5">
            {merges.map((merge) => (
              <li key={merge.id}>
                <PersonLine person={merge.secondary} />
              </li>
            ))}
          </ul>
        </Detail>
      )}
      {changes.length > 0 && (
        <Detail title={words.changes}>
          <ul className="grid gap-1">
            {changes.map(({ field, from, to }) => (
              <li key={field} className="break-words">
                <span className="text-ink-3">{field}:</span> {words.change(from, to)}
              </li>
            ))}
          </ul>
        </Detail>
      )}
      {attaches.length > 0 && (
        <Detail title={words.attaches}>
          <Identifiers list={attaches} />
        </Detail>
      )}
    </>
  );
}

function Detail({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-6 gap-y-2 p-5 md:grid-cols-[13rem_minmax(0,1fr)]">
      <h3 className="font-medium text-ink-2">{title}</h3>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

function Identifiers({ list }: { list: Identifier[] }) {
  return (
    <ul className="grid gap-1.5">
      {list.map(({ kind, value, proof }) => (
        <li key={`${kind} ${value}`} className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="text-ink-3">{kindName(kind)}</span>
          <span className="min-w-0 break-all">{value}</span>
          <Badge tone={proof === "signed" ? "brand" : "neutral"}>{words.proofs[proof]}</Badge>
        </li>
      ))}
    </ul>
  );
}

/** The rules in the order in which they were tried; the one that decided stands out. */
function Rules({ rules }: { rules: TriedRule[] }) {
  return (
    <ol className="grid gap-3">
      {rules.map((rule) => {
        const isMatch = rule.result === "matched";
        const Icon = isMatch ? CircleCheck : CircleSlash;
        return (
          <li key={`${rule.rule} ${rule.kind} ${rule.value}`} className="flex gap-2.5">
            <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", isMatch ? "text-brand" : "text-ink-3")} />
            <div className="min-w-0">
              <p className={cn("break-words", isMatch && "font-medium")}>
                {ruleName(rule.rule)} {rule.value && <code className="break-all font-mono text-xs">{rule.value}</code>}
              </p>
              <p className="text-[0.8125rem] text-ink-2">{words.results[rule.result]}</p>
              {rule.holders.length > 0 && (
                <p className="text-[0.8125rem] text-ink-3">{words.held(rule.holders.map(nameOf).join(", "))}</p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function PersonLine({ person, children }: { person: Person; children?: ReactNode }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
      <Avatar name={person.display_name ?? ""} seed={person.id} />
      <RecordLink id={person.display_id}>{person.display_name}</RecordLink>
      <span className="text-ink-3 text-xs">{person.display_id}</span>
      {children}
    </span>
  );
}

function nameOf({ display_name, display_id }: Person): string {
  return display_name ? `${display_name} (${display_id})` : display_id;
}

/** Rules are named after the kind of identifier that they go by, or for themselves. */
function ruleName(rule: string): string {
  const name = kindName(rule).replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function candidateRule(rule: string): string {
  const known: Record<string, string> = words.candidateRules;
  return known[rule] ?? rule;
}
