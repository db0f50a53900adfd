import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import type { ContactSearch, SortKey } from "@/features/contact/contact-search";
import { cn } from "@/lib/cn";

type ContactHeadingProps = {
  children: ReactNode;
  /** Stays in sight when the table scrolls sideways. */
  pinned: boolean;
  sortKey: SortKey | undefined;
  search: ContactSearch;
  onSort: (key: SortKey) => void;
};

/** One column's heading; a button when the list can be sorted by it. */
export function ContactHeading({ children, pinned, sortKey, search, onSort }: ContactHeadingProps) {
  const sorted = sortKey !== undefined && search.sort === sortKey;
  const Arrow = search.dir === "asc" ? ArrowUp : ArrowDown;
  const padding = cn("px-3", pinned && "pl-4 sm:pl-6");
  return (
    <div
      role="columnheader"
      {...(sortKey ? { "aria-sort": sorted ? (search.dir === "asc" ? "ascending" : "descending") : "none" } : {})}
      className={cn("h-9 bg-canvas font-medium text-ink-3 text-xs", pinned && "sticky left-0 z-10")}
    >
      {sortKey ? (
        <button
          type="button"
          onClick={() => onSort(sortKey)}
          className={cn(
            "group/sort flex h-full w-full items-center gap-1 text-left outline-offset-[-2px] hover:text-ink",
            padding,
            sorted && "text-ink",
          )}
        >
          <span className="truncate">{children}</span>
          <Arrow
            aria-hidden
            className={cn("size-3.5 shrink-0", sorted ? "text-brand" : "opacity-0 group-hover/sort:opacity-50")}
          />
        </button>
      ) : (
        <span className={cn("flex h-full items-center truncate", padding)}>{children}</span>
      )}
    </div>
  );
}
