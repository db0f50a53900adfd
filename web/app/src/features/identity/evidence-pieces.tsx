import { ChevronRight, CircleCheck, Unlink } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { consequences, pieceKey, pieceTitle } from "@/features/identity/evidence-loss";
import type { EvidencePiece, Explanation } from "@/features/identity/identity";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { strings } from "@/strings";

const text = strings.evidence.graph;

type EvidencePiecesProps = {
  pieces: EvidencePiece[];
  parts: Explanation["parts"];
  chosen: string | undefined;
  onChoose: (key: string | undefined) => void;
};

/** Each piece of evidence with what falls apart without it. The chosen one shows in the picture. */
export function EvidencePieces({ pieces, ...rows }: EvidencePiecesProps) {
  const [showsSpare, setShowsSpare] = useState(false);
  const [needed, spare] = [true, false].map((isNeeded) =>
    pieces.filter((piece) => consequences(piece, rows.parts).length > 0 === isNeeded),
  );
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div>
        <h3 className="font-semibold">{text.pieces}</h3>
        <p className="mt-0.5 text-[0.8125rem] text-ink-2">{text.piecesHint}</p>
      </div>
      {needed && needed.length > 0 && <PieceList label={text.pieces} pieces={needed} {...rows} />}
      {spare && spare.length > 0 && (
        <>
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={showsSpare}
            onClick={() => setShowsSpare(!showsSpare)}
            className="justify-self-start"
          >
            <ChevronRight aria-hidden className={cn("transition-transform", showsSpare && "rotate-90")} />
            {text.spare(plural(spare.length, text.piece))}
          </Button>
          {showsSpare && <PieceList label={text.nothing} pieces={spare} {...rows} />}
        </>
      )}
    </section>
  );
}

function PieceList({ label, pieces, parts, chosen, onChoose }: EvidencePiecesProps & { label: string }) {
  return (
    <ul aria-label={label} className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
      {pieces.map((piece) => {
        const key = pieceKey(piece);
        const isChosen = key === chosen;
        return (
          <li key={key}>
            <PieceRow
              title={pieceTitle(piece)}
              lost={consequences(piece, parts)}
              isChosen={isChosen}
              onClick={() => onChoose(isChosen ? undefined : key)}
            />
          </li>
        );
      })}
    </ul>
  );
}

type PieceRowProps = { title: string; lost: string[]; isChosen: boolean; onClick: () => void };

function PieceRow({ title, lost, isChosen, onClick }: PieceRowProps) {
  const Icon = lost.length > 0 ? Unlink : CircleCheck;
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onClick}
      className={cn(
        "flex w-full gap-3 px-3.5 py-2.5 text-left outline-offset-[-2px] hover:bg-hover",
        isChosen && "bg-selected hover:bg-selected",
      )}
    >
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", lost.length > 0 ? "text-danger" : "text-ink-3")} />
      <span className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-2">
        <span className="font-medium [overflow-wrap:anywhere]">{title}</span>
        <span className="text-[0.8125rem] text-ink-2">
          {lost.length === 0 && text.nothing}
          {lost.map((sentence) => (
            <span key={sentence} className="block">
              {sentence}
            </span>
          ))}
        </span>
      </span>
    </button>
  );
}
