import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Input } from "@/components/ui/input";
import { useDebounced } from "@/lib/use-debounced";

const searchMillis = 120;

type SearchFieldProps = {
  ref: React.RefObject<HTMLInputElement | null>;
  label: string;
  text: string;
  onSearch: (text: string) => void;
};

/** Searches as one types; the URL follows after a pause. */
export function SearchField({ ref, label, text, onSearch }: SearchFieldProps) {
  const [typed, setTyped] = useState(text);
  const settled = useDebounced(typed.trim(), searchMillis);
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });
  const shown = useRef(text);
  useEffect(() => {
    if (settled === shown.current) return;
    shown.current = settled;
    search.current(settled);
  }, [settled]);
  useEffect(() => {
    // The URL was changed by other means, such as the back button.
    if (text === shown.current) return;
    shown.current = text;
    setTyped(text);
  }, [text]);
  return (
    <div className="relative min-w-0 max-sm:flex-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
      />
      <Input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setTyped("")}
        className="pl-8 sm:h-8 sm:w-56"
      />
    </div>
  );
}
