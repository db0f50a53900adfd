import { BadgeCheck } from "lucide-react";
import type { TagWithValue } from "@/api/types";

const shownTags = 2;

export function VerifiedBadge() {
  return (
    <span role="img" aria-label="Verified" title="Verified: known by more than claims" className="shrink-0 text-brand">
      <BadgeCheck aria-hidden className="size-4" />
    </span>
  );
}

/** The first tags as chips and a count of the others, which the tooltip names. */
export function ContactTags({ tags = [] }: { tags: TagWithValue[] | undefined }) {
  const others = tags.slice(shownTags);
  return (
    <span className="flex min-w-0 items-center gap-1">
      {tags.slice(0, shownTags).map((tag) => (
        <TagChip key={tag.tag.id} tag={tag} />
      ))}
      {others.length > 0 && (
        <span className="shrink-0 text-ink-3 text-xs" title={others.map(labelOf).join("\n")}>
          +{others.length}
        </span>
      )}
    </span>
  );
}

function TagChip({ tag }: { tag: TagWithValue }) {
  const color = tag.tag.style_new?.color;
  return (
    <span
      title={labelOf(tag)}
      className="inline-flex h-5 min-w-0 items-center gap-1.5 rounded-full border border-line px-1.5 text-ink-2 text-xs"
    >
      <span
        aria-hidden
        className="size-1.5 shrink-0 rounded-full bg-ink-3"
        style={color ? { backgroundColor: color } : undefined}
      />
      <span className="truncate">{labelOf(tag)}</span>
    </span>
  );
}

function labelOf({ tag, value }: TagWithValue): string {
  return value ? `${tag.name}: ${value}` : tag.name;
}
