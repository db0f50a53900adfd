import { treeOf } from "@/features/identity/evidence-layout";
import { type Loss, looseKey } from "@/features/identity/evidence-loss";
import { IdentifierCard, MergeLabel, PartCard } from "@/features/identity/evidence-nodes";
import { type Explanation, keyOf } from "@/features/identity/identity";
import { strings } from "@/strings";

/** The same as the picture where there is no room for one: parts, and below each what it is known by. */
export function EvidenceOutline({ explanation, loss }: { explanation: Explanation; loss: Loss }) {
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {treeOf(explanation).map(({ part }) => (
        <li key={part.rev_user.id} className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
          <MergeLabel part={part} explanation={explanation} isLost={loss.merges.has(part.merge ?? "")} />
          <PartCard part={part} isLost={loss.parts.has(part.rev_user.id)} />
          {part.identifiers.length === 0 ? (
            <p className="pl-4 text-[0.8125rem] text-ink-3">{strings.evidence.graph.noIdentifiers}</p>
          ) : (
            <ul className="ml-4 grid grid-cols-[minmax(0,1fr)] gap-1.5 border-line-strong border-l pl-3">
              {part.identifiers.map((identifier) => (
                <li key={keyOf(identifier)}>
                  <IdentifierCard identifier={identifier} isLost={loss.identifier === looseKey(identifier)} />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
