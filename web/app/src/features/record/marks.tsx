import { BadgeCheck } from "lucide-react";
import type { TagWithValue } from "@/api/types";
import { strings } from "@/strings";

export function VerifiedBadge() {
  return (
    <span
      role="img"
      aria-label={strings.records.verified}
      title={strings.records.verifiedHint}
      className="shrink-0 text-brand"
    >
      <BadgeCheck aria-hidden className="size-4" />
    </span>
  );
}

/** The first tags as chips and a count of the others, which the tooltip names. */
export function TagChips({ tags = [], shown = 2 }: { tags: TagWithValue[] | undefined; shown?: number }) {
  const others = tags.slice(shown);
  return (
    <span className="flex min-w-0 items-center gap-1">
      {tags.slice(0, shown).map((tag) => (
        <TagChip key={tag.tag.id} tag={tag} />
      ))}
      {others.length > 0 && (
        <span className="shrink-0 text-ink-3 text-xs" title={others.map(labelOfTag).join("\n")}>
          +{others.length}
        </span>
      )}
    </span>
  );
}

export function TagChip({ tag }: { tag: TagWithValue }) {
  const color = tag.tag.style_new?.color;
  return (
    <span
      title={labelOfTag(tag)}
      className="inline-flex h-5 min-w-0 items-center gap-1.5 rounded-full border border-line px-1.5 text-ink-2 text-xs"
    >
      <span
        aria-hidden
        className="size-1.5 shrink-0 rounded-full bg-ink-3"
        style={color ? { backgroundColor: color } : undefined}
      />
      <span className="truncate">{labelOfTag(tag)}</span>
    </span>
  );
}

export function labelOfTag({ tag, value }: TagWithValue): string {
  return value ? `${tag.name}: ${value}` : tag.name;
}
