import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/client";
import { Popover } from "@/components/ui/popover";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

export type Option = {
  value: string;
  label: string /** Tells options of one label apart. */;
  detail?: string | undefined;
};

type ComboboxProps = {
  /** What a screen reader calls it, and what stands in the search field. */
  label: string;
  trigger: ReactNode;
  /** The options for a text, which is "" at first. Part of a cache's key with `source`. */
  load: (text: string, signal: AbortSignal) => Promise<Option[]>;
  source: string;
  chosen: readonly string[];
  onChoose: (option: Option) => void;
  /** Stays open after a choice, for fields of several values. */
  several?: boolean;
  /** Offered when nothing is called exactly what was typed. */
  create?: { label: (text: string) => string; run: (text: string) => void } | undefined;
  align?: "start" | "end";
};

/** A button that opens a list to search and choose from. */
export function Combobox({ trigger, label, align = "start", several = false, ...list }: ComboboxProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover trigger={trigger} label={label} align={align} open={open} onOpenChange={setOpen} className="w-72">
      <OptionList {...list} label={label} onDone={() => !several && setOpen(false)} />
    </Popover>
  );
}

type OptionListProps = Omit<ComboboxProps, "trigger" | "align" | "several"> & { onDone: () => void };

export function OptionList({ label, load, source, chosen, onChoose, create, onDone }: OptionListProps) {
  const [text, setText] = useState("");
  const wanted = useDebounced(text.trim(), 150);
  const options = useQuery({
    queryKey: ["options", source, wanted],
    queryFn: ({ signal }) => load(wanted, signal),
    staleTime: 30_000,
    placeholderData: (previous) => previous,
  });
  const found = options.data ?? [];
  const typed = text.trim();
  // Nothing is offered as new before it was looked for.
  const isSettled = wanted === typed && !options.isFetching;
  const isNew = typed !== "" && !found.some((option) => option.label.toLowerCase() === typed.toLowerCase());
  return (
    <Command shouldFilter={false} label={label} className="grid">
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={label}
        className="h-10 border-line border-b bg-transparent px-3 text-base outline-none placeholder:text-ink-3 sm:text-sm"
      />
      <Command.List aria-label={label} className="max-h-72 overflow-y-auto p-1">
        {options.error && <p className="px-2.5 py-2 text-danger">{messageOf(options.error)}</p>}
        {found.map((option) => (
          <Command.Item
            key={option.value}
            value={option.value}
            onSelect={() => {
              onChoose(option);
              onDone();
            }}
            className={itemStyle}
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate">{option.label}</span>
              {option.detail && <span className="block truncate text-ink-3 text-xs">{option.detail}</span>}
            </span>
            {chosen.includes(option.value) && (
              <Check aria-label={strings.common.chosen} className="size-4 text-brand" />
            )}
          </Command.Item>
        ))}
        {create && isNew && isSettled && (
          <Command.Item
            value={`new:${typed}`}
            onSelect={() => {
              create.run(typed);
              onDone();
            }}
            className={itemStyle}
          >
            {create.label(typed)}
          </Command.Item>
        )}
        {!options.isFetching && !options.error && found.length === 0 && !(create && isNew) && (
          <p className="px-2.5 py-2 text-ink-3">{strings.common.nothingFound}</p>
        )}
        {options.isPending && <p className="px-2.5 py-2 text-ink-3">{strings.common.loading}</p>}
      </Command.List>
    </Command>
  );
}

export const itemStyle =
  "flex min-h-8 cursor-pointer select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 data-[selected=true]:bg-hover [&>svg]:size-4 [&>svg]:shrink-0";
