import { type Explanation, type Identifier, keyOf, type Part } from "@/features/identity/identity";

export type Box = { x: number; y: number; width: number; height: number };

export type IdentifierNode = { key: string; identifier: Identifier; box: Box };

export type PartNode = {
  part: Part;
  /** How many merges lie between it and the part that stands for all. */
  depth: number;
  box: Box;
  /** Those that this part is the first to have; one that several have is drawn once. */
  own: IdentifierNode[];
  /** Those that another part has too and that are drawn there. */
  shared: IdentifierNode[];
};

export type Line = { key: string; path: string };
/** A merge, drawn from the part it was made into to the part that was merged. */
export type MergeLine = Line & { merge: string };
/** What a part is known by. */
export type HoldLine = Line & { part: string; identifier: string };

export type Layout = {
  height: number;
  parts: PartNode[];
  merges: MergeLine[];
  holds: HoldLine[];
};

/** Narrower than this it is a nested list and no picture. */
export const leastWidth = 560;

export const labelHeight = 22;
const cardHeight = 58;
const identifierHeight = 46;
const gap = { row: 22, identifier: 8, indent: 26 };
const deepest = 4;

/** The parts as a tree, each followed by those that were merged into it, the earliest merge first. */
export function treeOf({ parts, merges }: Pick<Explanation, "parts" | "merges">): { part: Part; depth: number }[] {
  const known = new Set(parts.map((part) => part.rev_user.id));
  const time = new Map(merges.map((merge, at) => [merge.display_id, at]));
  const byMerge = (a: Part, b: Part) => (time.get(a.merge ?? "") ?? 0) - (time.get(b.merge ?? "") ?? 0);
  const below = (part: Part, depth: number): { part: Part; depth: number }[] => [
    { part, depth },
    ...parts
      .filter((other) => other.into?.id === part.rev_user.id)
      .sort(byMerge)
      .flatMap((other) => below(other, depth + 1)),
  ];
  // Of a contact of very many parts some are not told: what hung on them begins a tree of its own.
  return parts.filter((part) => !part.into || !known.has(part.into.id)).flatMap((root) => below(root, 0));
}

/** Where the parts, what they are known by and the lines between them lie in a picture of that width. */
export function layOut(explanation: Explanation, width: number): Layout {
  const columns = { card: Math.min(300, width * 0.42), identifier: Math.min(360, width * 0.42) };
  const drawn = new Map<string, IdentifierNode>();
  const parts: PartNode[] = [];
  let y = 0;
  for (const { part, depth } of treeOf(explanation)) {
    const top = y + (part.into ? labelHeight : 0);
    const own = part.identifiers
      .filter((identifier) => !drawn.has(keyOf(identifier)))
      .map((identifier, at): IdentifierNode => {
        const offset = at * (identifierHeight + gap.identifier);
        const box = {
          x: width - columns.identifier,
          y: top + offset,
          width: columns.identifier,
          height: identifierHeight,
        };
        return { key: keyOf(identifier), identifier, box };
      });
    const shared = part.identifiers.flatMap((identifier) => drawn.get(keyOf(identifier)) ?? []);
    for (const node of own) drawn.set(node.key, node);
    const indent = Math.min(depth, deepest) * gap.indent;
    const box = { x: indent, y: top, width: columns.card - indent, height: cardHeight };
    parts.push({ part, depth, box, own, shared });
    const listed = own.length * (identifierHeight + gap.identifier) - gap.identifier;
    y = top + Math.max(cardHeight, listed) + gap.row;
  }
  return { height: Math.max(0, y - gap.row), parts, merges: mergeLines(parts), holds: holdLines(parts) };
}

/** Elbows down the left edge, from a part to each that was merged into it. */
function mergeLines(parts: PartNode[]): MergeLine[] {
  return parts.flatMap(({ part, box }) => {
    const into = parts.find((other) => other.part.rev_user.id === part.into?.id);
    if (!into || !part.merge) return [];
    const x = Math.min(into.box.x + gap.indent / 2, box.x - gap.indent / 2);
    const [from, to] = [into.box.y + into.box.height, box.y + box.height / 2];
    const path = `M ${x} ${from} V ${to - 8} Q ${x} ${to} ${x + 8} ${to} H ${box.x}`;
    return [{ key: part.merge, merge: part.merge, path }];
  });
}

/** Curves from the right edge of a part to the left edge of what it is known by. */
function holdLines(parts: PartNode[]): HoldLine[] {
  return parts.flatMap(({ part, box, own, shared }) =>
    [...own, ...shared].map((node) => {
      const [x, y] = [box.x + box.width, box.y + box.height / 2];
      const [toX, toY] = [node.box.x, node.box.y + node.box.height / 2];
      const middle = (x + toX) / 2;
      return {
        key: `${part.rev_user.id} ${node.key}`,
        part: part.rev_user.id,
        identifier: node.key,
        path: `M ${x} ${y} C ${middle} ${y} ${middle} ${toY} ${toX} ${toY}`,
      };
    }),
  );
}
