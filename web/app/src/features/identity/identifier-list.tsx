import { useQuery } from "@tanstack/react-query";
import {
  AtSign,
  BadgeCheck,
  Ellipsis,
  Hash,
  type LucideIcon,
  Phone,
  Plus,
  Radio,
  Split,
  Star,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { AddIdentifierDialog } from "@/features/identity/add-identifier-dialog";
import { IdentifierConfirm, type Question } from "@/features/identity/identifier-confirm";
import {
  type Chosen,
  chosenOf,
  type Identifier,
  identifiersQuery,
  keyOf,
  kindLabel,
  makeMain,
  sourceLabel,
} from "@/features/identity/identity";
import { ProofBadge, ProofHelp } from "@/features/identity/proof-badge";
import { SplitDialog } from "@/features/identity/split-dialog";
import { useIdentifierChange } from "@/features/identity/use-identifier-change";
import { strings } from "@/strings";

const text = strings.evidence.identifiers;

/** Everything that names a contact, how far it is trusted, and what can be done with it. */
export function IdentifierList({ contactId }: { contactId: string }) {
  const query = useQuery(identifiersQuery(contactId));
  const [isAdding, setAdding] = useState(false);
  const [splitting, setSplitting] = useState<Chosen[]>();
  const identifiers = query.data ?? [];
  const movable = identifiers.flatMap((identifier) => chosenOf(identifier) ?? []);
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <h3 className="font-semibold">{text.title}</h3>
        <div className="flex items-center gap-1">
          <ProofHelp />
          {movable.length > 0 && (
            <Button size="sm" variant="ghost" onClick={() => setSplitting([])}>
              <Split aria-hidden />
              {text.split}
            </Button>
          )}
          <Button size="sm" onClick={() => setAdding(true)}>
            <Plus aria-hidden />
            {text.add}
          </Button>
        </div>
      </div>
      <QueryState query={query} loading={text.loading}>
        {(found) =>
          found.length === 0 ? (
            <NoIdentifiers />
          ) : (
            <Rows contactId={contactId} identifiers={found} onSplit={(chosen) => setSplitting([chosen])} />
          )
        }
      </QueryState>
      <AddIdentifierDialog contactId={contactId} open={isAdding} onOpenChange={setAdding} />
      {splitting && (
        <SplitDialog
          contactId={contactId}
          identifiers={movable}
          preset={splitting}
          onClose={() => setSplitting(undefined)}
        />
      )}
    </section>
  );
}

function NoIdentifiers() {
  return (
    <div className="rounded-xl border border-line-strong border-dashed px-4 py-6 text-center">
      <p className="font-medium">{text.none}</p>
      <p className="text-pretty text-[0.8125rem] text-ink-2">{text.noneHint}</p>
    </div>
  );
}

type RowsProps = { contactId: string; identifiers: Identifier[]; onSplit: (chosen: Chosen) => void };

function Rows({ contactId, identifiers, onSplit }: RowsProps) {
  const [question, setQuestion] = useState<Question>();
  return (
    <>
      <ul aria-label={text.title} className="divide-y divide-line rounded-xl border border-line bg-surface">
        {identifiers.map((identifier) => (
          <Row
            key={keyOf(identifier)}
            contactId={contactId}
            identifier={identifier}
            onSplit={onSplit}
            onAsk={setQuestion}
          />
        ))}
      </ul>
      {question && (
        <IdentifierConfirm contactId={contactId} question={question} onClose={() => setQuestion(undefined)} />
      )}
    </>
  );
}

const icons: Record<string, LucideIcon> = { email: AtSign, phone: Phone, external_ref: Hash };

type RowProps = Pick<RowsProps, "contactId" | "onSplit"> & {
  identifier: Identifier;
  onAsk: (question: Question) => void;
};

function Row({ identifier, ...actions }: RowProps) {
  const Icon = icons[identifier.kind] ?? Radio;
  const chosen = chosenOf(identifier);
  return (
    <li className="flex items-start gap-3 py-2.5 pr-2 pl-3.5">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium [overflow-wrap:anywhere]">{identifier.value}</span>
          {identifier.main && <Badge>{text.main}</Badge>}
          <ProofBadge proof={identifier.proof} />
        </p>
        <p className="mt-0.5 text-[0.8125rem] text-ink-2">
          {kindLabel(identifier.kind)} {text.from(sourceLabel(identifier.source))}, {text.since}{" "}
          <RelativeTime iso={identifier.since} />
        </p>
      </div>
      {chosen && <RowMenu chosen={chosen} identifier={identifier} {...actions} />}
    </li>
  );
}

type RowMenuProps = RowProps & { chosen: Chosen };

function RowMenu({ contactId, chosen, identifier, onSplit, onAsk }: RowMenuProps) {
  const main = useIdentifierChange(() => makeMain(contactId, chosen), text.madeMain(chosen.value));
  const isProven = identifier.proof === "attested" || identifier.proof === "signed";
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={text.actionsOf(chosen.value)} pending={main.isPending}>
          {!main.isPending && <Ellipsis aria-hidden />}
        </Button>
      }
    >
      {!identifier.main && (
        <MenuItem onSelect={() => main.mutate()}>
          <Star aria-hidden />
          {text.makeMain}
        </MenuItem>
      )}
      {!isProven && (
        <MenuItem onSelect={() => onAsk({ kind: "verify", chosen })}>
          <BadgeCheck aria-hidden />
          {text.verify}
        </MenuItem>
      )}
      <MenuItem onSelect={() => onSplit(chosen)}>
        <Split aria-hidden />
        {text.splitThis}
      </MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => onAsk({ kind: "remove", chosen })}>
        <Trash2 aria-hidden />
        {text.remove}
      </MenuItem>
    </Menu>
  );
}
