import { ArrowDownUp, Group } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { type InboxSearch, type Order, orders } from "@/features/inbox/inbox-search";
import { type InboxView, orderOf } from "@/features/inbox/inbox-view";
import type { ItemKind } from "@/features/inbox/item";
import { type RecordField, useFields } from "@/features/record/field";
import { strings } from "@/strings";

const words = strings.inbox;

type MenuProps = { kind: ItemKind; search: InboxSearch; view: InboxView; onChange: (search: InboxSearch) => void };

type GroupChoice = { value: string; label: string };

/** What an inbox can be grouped by: fields of its own, then those of the customers. */
export function useGroupChoices(kind: ItemKind): GroupChoice[] {
  const relations: Record<string, string> = strings.filters.relations;
  const contact = useFields("rev_user");
  const account = useFields("account");
  const of = (relation: string, fields: RecordField[]) =>
    fields
      .filter((field) => field.groupable && (field.custom || ["tags", "tier"].includes(field.name)))
      .filter(({ kind: is }) => is !== "date" && is !== "timestamp")
      .map(({ name, label }) => ({
        value: `${relation}.${name}`,
        label: words.ofCustomer(relations[relation] ?? relation, label),
      }));
  const own = useFields(kind.type)
    .filter((field) => field.groupable)
    .map(({ name, label, kind: is }) => ({
      value: is === "timestamp" || is === "date" ? `${name}:week` : name,
      label,
    }));
  return [...own, ...of("contact", contact), ...of("account", account)];
}

/** The control that puts a list into groups. */
export function GroupMenu({ kind, search, view, onChange }: MenuProps) {
  const choices = useGroupChoices(kind);
  const chosen = choices.find(({ value }) => value === view.group);
  const { group: _, ...rest } = search;
  const { unread: __, ...grouped } = search; // groups count for everybody, and what is unread is one's own
  return (
    <Menu
      trigger={
        <Button size="sm" variant={view.group ? "secondary" : "ghost"}>
          <Group aria-hidden />
          <span className="max-w-44 truncate">
            {chosen ? words.groupedBy(chosen.label) : view.group ? words.groupedBy(view.group) : words.groupMenu}
          </span>
        </Button>
      }
    >
      <div className="max-h-[60vh] overflow-y-auto">
        <MenuItem onSelect={() => onChange(search.vista ? { ...rest, group: "none" } : rest)}>{words.noGroup}</MenuItem>
        <MenuSeparator />
        {choices.map(({ value, label }) => (
          <MenuItem key={value} onSelect={() => onChange({ ...grouped, group: value })}>
            {label}
          </MenuItem>
        ))}
      </div>
    </Menu>
  );
}

/** In which order the list comes. */
export function OrderMenu({ kind, search, view, onChange }: MenuProps) {
  const order = orderOf(kind, view.sort);
  const { sort: _, ...rest } = search;
  const choose = (next: Order) => onChange(next === "active" && !search.vista ? rest : { ...rest, sort: next });
  return (
    <Menu
      trigger={
        <Button size="sm" variant="ghost" title={words.sortMenu}>
          <ArrowDownUp aria-hidden />
          <span className="max-sm:sr-only">{order ? words.sorts[order] : words.sortMenu}</span>
        </Button>
      }
    >
      {orders.map((offer) => (
        <MenuItem key={offer} onSelect={() => choose(offer)}>
          {words.sorts[offer]}
        </MenuItem>
      ))}
    </Menu>
  );
}
