import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Building2, HandCoins, MessageCircle, Search, SquareStack, Ticket, UserRound } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useEffect, useState } from "react";
import { answer, api, messageOf } from "@/api/client";
import { places, quietPlaces, settingsPlaces } from "@/components/places";
import { itemStyle } from "@/components/ui/combobox";
import { Kbd } from "@/components/ui/kbd";
import { type FilterType, type RecordType, recordKinds } from "@/features/record/record";
import { type Found, searchRecords } from "@/features/record/use-records";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

const words = strings.palette;
const foundOfType = 6;
const foundItems = 4;
const icons = {
  rev_user: UserRound,
  account: Building2,
  rev_org: SquareStack,
  conversation: MessageCircle,
  ticket: Ticket,
  opportunity: HandCoins,
};
const paths = { conversation: "/conversations", ticket: "/tickets", opportunity: "/opportunities" } as const;

/** Opens with Ctrl K or ⌘ K, wherever one is. */
export function CommandPalette({ onShowShortcuts }: { onShowShortcuts: () => void }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Portal>
        <div data-modal-overlay className="fixed inset-0 z-40 animate-fade bg-black/35 dark:bg-black/60" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-rise overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none"
        >
          <Radix.Title className="sr-only">{words.title}</Radix.Title>
          <Palette onShowShortcuts={onShowShortcuts} onClose={() => setOpen(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type PaletteProps = { onShowShortcuts: () => void; onClose: () => void };

function Palette({ onShowShortcuts, onClose }: PaletteProps) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const wanted = useDebounced(text.trim(), 120);
  const found = useQuery({
    queryKey: ["palette", wanted],
    queryFn: ({ signal }) => searchAll(wanted, signal),
    enabled: wanted !== "",
    placeholderData: (previous) => previous,
  });
  const go = (run: () => void) => () => {
    onClose();
    run();
  };
  const fits = (label: string) => label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase());
  const everywhere = [...places, ...quietPlaces, ...settingsPlaces].filter(({ label }) => fits(label));
  return (
    <Command shouldFilter={false} label={words.title}>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden className="size-4 text-ink-3" />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={words.placeholder}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
        />
      </div>
      <Command.List aria-label={words.results} className="max-h-[55vh] overflow-y-auto p-1.5">
        {found.error && <p className="px-2.5 py-2 text-danger">{messageOf(found.error)}</p>}
        {wanted !== "" &&
          found.data?.map(({ type, id, display_id, display_name, detail }) => {
            const Icon = icons[type];
            return (
              <Command.Item
                key={id}
                value={id}
                onSelect={go(() => void navigate({ to: `${pathOf(type)}/$id`, params: { id: display_id } }))}
                className={itemStyle}
              >
                <Icon aria-hidden className="text-ink-3" />
                <span className="truncate">{display_name}</span>
                <span className="truncate text-ink-3 text-xs">{detail}</span>
              </Command.Item>
            );
          })}
        {everywhere.map(({ to, label, icon: Icon, key }) => (
          <Command.Item key={to} value={to} onSelect={go(() => void navigate({ to }))} className={itemStyle}>
            <Icon aria-hidden className="text-ink-3" />
            <span className="flex-1">{strings.shortcuts.goTo(label)}</span>
            <span className="flex gap-1 max-sm:hidden">
              <Kbd>G</Kbd>
              <Kbd>{key.toUpperCase()}</Kbd>
            </span>
          </Command.Item>
        ))}
        {fits(words.shortcuts) && (
          <Command.Item value="shortcuts" onSelect={go(onShowShortcuts)} className={itemStyle}>
            <span className="flex-1">{words.shortcuts}</span>
            <Kbd>?</Kbd>
          </Command.Item>
        )}
        {wanted !== "" && !found.isFetching && !found.data?.length && everywhere.length === 0 && (
          <p className="px-2.5 py-2 text-ink-3">{strings.common.nothingFound}</p>
        )}
      </Command.List>
    </Command>
  );
}

function pathOf(type: FoundType) {
  return type in paths ? paths[type as keyof typeof paths] : recordKinds[type as RecordType].path;
}

type FoundType = FilterType | "opportunity";
type AnyFound = Omit<Found, "type"> & { type: FoundType };

async function searchAll(text: string, signal: AbortSignal): Promise<AnyFound[]> {
  const types: RecordType[] = ["rev_user", "account", "rev_org"];
  const found = await Promise.all([
    ...types.map((type) => searchRecords(type, text, foundOfType, signal)),
    searchItems("conversation", text, signal),
    searchItems("ticket", text, signal),
    searchOpportunities(text, signal),
  ]);
  return found.flat();
}

/** Opportunities whose titles begin with the text: an index serves that. */
async function searchOpportunities(text: string, signal: AbortSignal): Promise<AnyFound[]> {
  const filter = { type: "primitive" as const, field: "title", operator: "starts_with" as const, values: [text] };
  const body = { type: ["opportunity" as const], filter, limit: foundItems };
  const { works } = await answer(api.POST("/works.list", { body, signal }));
  return works.map(({ id, display_id, title, account }) => {
    const detail = [display_id, account?.display_name].filter(Boolean).join(" · ");
    return { type: "opportunity", id, display_id, display_name: title, detail };
  });
}

/** Conversations or tickets that the text finds, each with its id and its customer. */
async function searchItems(type: "conversation" | "ticket", text: string, signal: AbortSignal): Promise<AnyFound[]> {
  const body = { query: text, namespaces: [type], limit: foundItems };
  const { results } = await answer(api.POST("/search.core", { body, signal }));
  return results.flatMap(({ conversation, work }) => {
    const item = conversation ?? work;
    if (!item) return [];
    const people = conversation?.members ?? work?.reported_by ?? [];
    const customer = people.find((one) => one.type === "rev_user")?.display_name;
    const title = item.title || (customer && strings.inbox.kinds[type].with(customer)) || item.display_id;
    const detail = [item.display_id, customer].filter(Boolean).join(" · ");
    return [{ type, id: item.id, display_id: item.display_id, display_name: title, detail }];
  });
}
