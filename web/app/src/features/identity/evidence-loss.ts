import { type EvidencePiece, type Explanation, kindLabel } from "@/features/identity/identity";
import { nameOf, type RecordSummary } from "@/features/merge/merge";
import { strings } from "@/strings";

const text = strings.evidence.graph;

/** What goes when a piece of evidence does. */
export type Loss = {
  /** Ids of the contacts that would be apart. */
  parts: Set<string>;
  /** Display ids of the merges that would not be made. */
  merges: Set<string>;
  /** Kind and value of the identifier that is the piece, in lower case. */
  identifier: string | undefined;
};

export function lossOf(piece: EvidencePiece | undefined): Loss {
  const merges = [...(piece?.merge ? [piece.merge] : []), ...(piece?.baseless_merges ?? [])];
  return {
    parts: new Set(piece?.parts.map(({ id }) => id)),
    merges: new Set(merges),
    identifier: piece?.identifier && looseKey(piece.identifier),
  };
}

/** Pieces name identifiers in their normal form, which has no capitals. */
export function looseKey({ kind, value }: { kind: string; value: string }): string {
  return `${kind} ${value}`.toLowerCase();
}

export function pieceKey(piece: EvidencePiece): string {
  return piece.merge ?? (piece.identifier ? looseKey(piece.identifier) : "");
}

export function pieceTitle({ merge, identifier }: EvidencePiece): string {
  if (identifier) return `${kindLabel(identifier.kind)} ${identifier.value}`;
  return text.pieceMerge(merge ?? "");
}

/** What falls apart without the piece, in words; nothing when nothing does. */
export function consequences(piece: EvidencePiece, parts: Explanation["parts"]): string[] {
  const names = piece.parts.map((record) => partName(record, parts)).join(", ");
  return [
    piece.parts.length > 0 && text.apart(names),
    piece.baseless_merges.length > 0 && text.baseless(piece.baseless_merges.join(", ")),
    piece.unverified && text.unverified,
    piece.unfindable && text.unfindable,
  ].filter((sentence) => sentence !== false);
}

/** The part's own name: elsewhere it is called what it became. */
function partName(record: RecordSummary, parts: Explanation["parts"]): string {
  const own = parts.find(({ rev_user }) => rev_user.id === record.id)?.rev_user ?? record;
  return `${nameOf(own)} (${record.display_id})`;
}
