import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { QueryState } from "@/components/query-state";
import { leastWidth } from "@/features/identity/evidence-layout";
import { lossOf, pieceKey } from "@/features/identity/evidence-loss";
import { EvidenceOutline } from "@/features/identity/evidence-outline";
import { EvidencePicture } from "@/features/identity/evidence-picture";
import { EvidencePieces } from "@/features/identity/evidence-pieces";
import { type Explanation, explanationQuery } from "@/features/identity/identity";
import { useWidth } from "@/features/identity/use-width";
import { nameOf } from "@/features/merge/merge";
import { strings } from "@/strings";

const text = strings.evidence.graph;

/** Why a contact is one: its parts, what they are known by, what made them one, and what falls apart without each. */
export function EvidenceGraph({ contactId }: { contactId: string }) {
  const query = useQuery(explanationQuery(contactId));
  return (
    <QueryState query={query} loading={text.loading} bars={4}>
      {(explanation) => <Explained key={contactId} explanation={explanation} />}
    </QueryState>
  );
}

function Explained({ explanation }: { explanation: Explanation }) {
  const room = useRef<HTMLDivElement>(null);
  const width = useWidth(room);
  const [chosen, setChosen] = useState<string>();
  const { parts, pieces } = explanation;
  const loss = lossOf(pieces.find((piece) => pieceKey(piece) === chosen));
  const Shape = width >= leastWidth ? EvidencePicture : EvidenceOutline;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <div>
          <h3 className="font-semibold">{text.title}</h3>
          {parts.length < 2 && <p className="mt-0.5 text-[0.8125rem] text-ink-2">{text.single}</p>}
        </div>
        <figure ref={room} aria-label={text.label(nameOf(explanation.rev_user))}>
          {width > 0 && <Shape explanation={explanation} loss={loss} width={width} />}
        </figure>
        {explanation.more_parts && <p className="text-[0.8125rem] text-ink-3">{text.moreParts}</p>}
      </section>
      {pieces.length > 0 && <EvidencePieces pieces={pieces} parts={parts} chosen={chosen} onChoose={setChosen} />}
    </div>
  );
}
