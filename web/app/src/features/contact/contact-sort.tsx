import { ArrowDownNarrowWide, ArrowDownWideNarrow } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import {
  type ContactSearch,
  firstDirection,
  sortKeys,
  sortLabels,
  toggleSort,
} from "@/features/contact/contact-search";

type ContactSortProps = { search: ContactSearch; onChange: (search: ContactSearch) => void };

/** The order of the list, for screens too narrow for column headings. */
export function ContactSort({ search, onChange }: ContactSortProps) {
  const Icon = search.dir === "asc" ? ArrowDownNarrowWide : ArrowDownWideNarrow;
  return (
    <div className="flex items-center gap-1 md:hidden">
      <Select
        aria-label="Sort by"
        className="h-8 py-0 text-[0.8125rem] sm:h-8"
        value={search.sort}
        onChange={(event) => {
          const sort = sortKeys.find((key) => key === event.target.value) ?? search.sort;
          onChange({ sort, dir: firstDirection[sort] });
        }}
      >
        {sortKeys.map((key) => (
          <option key={key} value={key}>
            {sortLabels[key]}
          </option>
        ))}
      </Select>
      <Button
        variant="ghost"
        size="icon"
        aria-label={search.dir === "asc" ? "Ascending; press for descending" : "Descending; press for ascending"}
        onClick={() => onChange(toggleSort(search, search.sort))}
      >
        <Icon aria-hidden />
      </Button>
    </div>
  );
}
