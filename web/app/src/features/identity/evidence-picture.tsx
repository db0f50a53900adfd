import type { CSSProperties } from "react";
import {
  type Box,
  type IdentifierNode,
  type Layout,
  labelHeight,
  layOut,
  type PartNode,
} from "@/features/identity/evidence-layout";
import { type Loss, looseKey } from "@/features/identity/evidence-loss";
import { IdentifierCard, MergeLabel, PartCard } from "@/features/identity/evidence-nodes";
import type { Explanation } from "@/features/identity/identity";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type EvidencePictureProps = { explanation: Explanation; loss: Loss; width: number };

/**
 * The parts at the left, what they are known by at the right, and lines between them. What is drawn is a list in
 * lists that is laid out by hand, so it reads as one; only the lines are a picture.
 */
export function EvidencePicture({ explanation, loss, width }: EvidencePictureProps) {
  const layout = layOut(explanation, width);
  return (
    <div className="relative" style={{ height: layout.height }}>
      <Lines layout={layout} loss={loss} width={width} />
      <ul>
        {layout.parts.map((node) => (
          <PartItem key={node.part.rev_user.id} node={node} explanation={explanation} loss={loss} />
        ))}
      </ul>
    </div>
  );
}

function Lines({ layout, loss, width }: { layout: Layout; loss: Loss; width: number }) {
  return (
    <svg aria-hidden="true" width={width} height={layout.height} className="absolute inset-0 fill-none">
      {layout.holds.map(({ key, path, part, identifier }) => {
        const isLost = loss.parts.has(part) || loss.identifier === identifier.toLowerCase();
        return <path key={key} d={path} className={lineStyle(isLost, "stroke-line-strong")} />;
      })}
      {layout.merges.map(({ key, path, merge }) => (
        <path key={key} d={path} className={lineStyle(loss.merges.has(merge), "stroke-brand stroke-2")} />
      ))}
    </svg>
  );
}

function lineStyle(isLost: boolean, usual: string): string {
  return cn(usual, isLost && "stroke-danger [stroke-dasharray:4_4]");
}

function placed({ x, y, width, height }: Box): CSSProperties {
  return { position: "absolute", left: x, top: y, width, height };
}

type PartItemProps = { node: PartNode; explanation: Explanation; loss: Loss };

function PartItem({ node, explanation, loss }: PartItemProps) {
  const { part, box } = node;
  const label = { ...box, y: box.y - labelHeight, height: labelHeight };
  return (
    <li>
      {part.merge && (
        <div style={placed(label)}>
          <MergeLabel part={part} explanation={explanation} isLost={loss.merges.has(part.merge)} />
        </div>
      )}
      <div style={placed(box)}>
        <PartCard part={part} isLost={loss.parts.has(part.rev_user.id)} />
      </div>
      <ul>
        {node.own.map((own) => (
          <li key={own.key} style={placed(own.box)}>
            <IdentifierCard identifier={own.identifier} isLost={loss.identifier === looseKey(own.identifier)} />
          </li>
        ))}
        {node.shared.map((shared) => (
          <SharedItem key={shared.key} node={shared} />
        ))}
      </ul>
      {part.identifiers.length === 0 && <p className="sr-only">{strings.evidence.graph.noIdentifiers}</p>}
    </li>
  );
}

/** Drawn beside another part already: here only its line shows, and its words are for screen readers. */
function SharedItem({ node }: { node: IdentifierNode }) {
  return <li className="sr-only">{node.identifier.value}</li>;
}
