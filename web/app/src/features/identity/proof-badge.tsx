import { BadgeCheck, CircleHelp, type LucideIcon, MessageCircle, PenLine, ShieldCheck } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import type { Proof } from "@/features/identity/identity";
import { strings } from "@/strings";

const text = strings.evidence;

const looks: Record<Proof, { tone: "neutral" | "brand" | "warn"; icon: LucideIcon }> = {
  claimed: { tone: "warn", icon: MessageCircle },
  entered: { tone: "neutral", icon: PenLine },
  attested: { tone: "brand", icon: BadgeCheck },
  signed: { tone: "brand", icon: ShieldCheck },
};

/** The weakest first. */
const proofs: Proof[] = ["claimed", "entered", "attested", "signed"];

/** How far an identifier is trusted. */
export function ProofBadge({ proof }: { proof: Proof }) {
  const { tone, icon: Icon } = looks[proof];
  const { label, hint } = text.proofs[proof];
  return (
    <Badge tone={tone} title={hint}>
      <Icon aria-hidden className="size-3" />
      {label}
    </Badge>
  );
}

/** A button that explains the badges, for those who cannot point at one. */
export function ProofHelp() {
  return (
    <Popover
      label={text.proofHelp}
      align="end"
      trigger={
        <Button variant="ghost" size="icon" aria-label={text.proofHelp} title={text.proofHelp}>
          <CircleHelp aria-hidden />
        </Button>
      }
    >
      <dl className="grid gap-3 p-4">
        {proofs.map((proof) => (
          <div key={proof} className="grid justify-items-start gap-1">
            <dt>
              <ProofBadge proof={proof} />
            </dt>
            <dd className="text-pretty text-[0.8125rem] text-ink-2">{text.proofs[proof].hint}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}
