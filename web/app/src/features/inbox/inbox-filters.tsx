import { AlarmClock, Building2, CircleDot, MailOpen, ShieldAlert, Tags, UserRound, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Vista } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { FilterBar } from "@/features/filter/filter-bar";
import { GroupMenu, OrderMenu } from "@/features/inbox/inbox-menus";
import { type InboxSearch, isNarrowed, type Shown, shownStates } from "@/features/inbox/inbox-search";
import type { InboxView } from "@/features/inbox/inbox-view";
import { type ItemKind, stageText } from "@/features/inbox/item";
import { useNameOf } from "@/features/inbox/items";
import { type Loader, loadMembers, loadRecords, loadTags } from "@/features/record/options";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.inbox;

type InboxFiltersProps = {
  kind: ItemKind;
  search: InboxSearch;
  view: InboxView;
  vista: Vista | undefined;
  onChange: (search: InboxSearch) => void;
};

/** What of a list is shown, kept in the address. A saved view has conditions alone. */
export function InboxFilters(props: InboxFiltersProps) {
  const { kind, search, vista, onChange } = props;
  const { filter: _, ...others } = search;
  const filter = search.filter ?? vista?.filter ?? "";
  const setFilter = (text: string) => onChange(text === (vista?.filter ?? "") ? others : { ...others, filter: text });
  return (
    <section
      aria-label={words.filters}
      className="flex flex-wrap items-start gap-x-1.5 gap-y-1 border-line border-b px-4 py-2 sm:px-6"
    >
      {!vista && <Controls {...props} />}
      <div className="flex min-h-8 min-w-0 flex-1 items-center">
        <FilterBar bare type={kind.type} filter={filter} onChange={setFilter} />
      </div>
      <div className="flex items-center">
        <GroupMenu {...props} />
        <OrderMenu {...props} />
      </div>
    </section>
  );
}

/** The conditions that are chosen the most. */
function Controls({ kind, search, onChange }: InboxFiltersProps) {
  const { state: _, stage: __, ...others } = search;
  const { filter: ____, ...chosen } = search; // conditions are taken off by themselves
  const set = (name: keyof InboxSearch, value: string | true | undefined) => {
    const { [name]: ___, ...rest } = search;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  const show = (shown: Shown) => onChange(shown === "active" ? others : { ...others, state: shown });
  const tag = useNameOf(search.tag);
  const account = useNameOf(search.account);
  const owner = useNameOf(search.owner?.startsWith("DEVU-") ? search.owner : undefined);
  return (
    <div className="flex flex-wrap items-center gap-1.5 max-sm:-mx-4 max-sm:w-screen max-sm:flex-nowrap max-sm:overflow-x-auto max-sm:px-4 max-sm:[&>*]:shrink-0 [scrollbar-width:none]">
      <StateSwitch value={search.stage ? undefined : (search.state ?? "active")} onChange={show} />
      <Choice
        icon={<CircleDot aria-hidden />}
        label={words.columns.stage}
        chosen={search.stage && stageText(search.stage)}
        load={stagesOf(kind)}
        source={`stages ${kind.type}`}
        value={search.stage}
        // A stage is of one state, so it takes the place of what was chosen there.
        onChoose={(stage) => onChange({ ...others, ...(stage && { stage }) })}
      />
      <Choice
        icon={<UserRound aria-hidden />}
        label={words.columns.owner}
        chosen={search.owner && (fixedOwners[search.owner] ?? owner ?? search.owner)}
        load={loadOwners}
        source="inbox owners"
        value={search.owner}
        onChoose={(value) => set("owner", value)}
      />
      <Choice
        icon={<Tags aria-hidden />}
        label={words.columns.tag}
        chosen={search.tag && (tag ?? search.tag)}
        load={loadTags}
        source="tag"
        value={search.tag}
        onChoose={(value) => set("tag", value)}
      />
      <Choice
        icon={<Building2 aria-hidden />}
        label={strings.records.fields.account}
        chosen={search.account && (account ?? search.account)}
        load={loadAccounts}
        source="account"
        value={search.account}
        onChoose={(value) => set("account", value)}
      />
      {kind.type === "conversation" && (
        <Button
          size="sm"
          variant={search.unread ? "secondary" : "ghost"}
          aria-pressed={search.unread ?? false}
          onClick={() => {
            const { unread: _, group: __, ...rest } = search;
            onChange(search.unread ? rest : { ...rest, unread: true });
          }}
        >
          <MailOpen aria-hidden />
          {words.unread}
        </Button>
      )}
      <Button
        size="sm"
        variant={search.spam ? "secondary" : "ghost"}
        aria-pressed={search.spam ?? false}
        onClick={() => set("spam", search.spam ? undefined : true)}
      >
        <ShieldAlert aria-hidden />
        {words.spam}
      </Button>
      {kind.type === "conversation" && (
        <Button
          size="sm"
          variant={search.snoozed ? "secondary" : "ghost"}
          aria-pressed={search.snoozed ?? false}
          onClick={() => set("snoozed", search.snoozed ? undefined : true)}
        >
          <AlarmClock aria-hidden />
          {words.snooze.snoozed}
        </Button>
      )}
      {isNarrowed(chosen) && (
        <Button size="sm" variant="ghost" onClick={() => onChange({})}>
          <X aria-hidden />
          {strings.filters.clear}
        </Button>
      )}
    </div>
  );
}

type StateSwitchProps = { value: Shown | undefined; onChange: (shown: Shown) => void };

export function StateSwitch({ value, onChange }: StateSwitchProps) {
  return (
    <fieldset className="flex w-fit gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">{words.state}</legend>
      {shownStates.map((shown) => (
        <button
          key={shown}
          type="button"
          aria-pressed={shown === value}
          onClick={() => onChange(shown)}
          className={cn(
            "h-7 rounded-md px-2.5 font-medium text-[0.8125rem]",
            shown === value ? "bg-raised text-ink shadow-xs" : "text-ink-2 hover:text-ink",
          )}
        >
          {words.shown[shown]}
        </button>
      ))}
    </fieldset>
  );
}

type ChoiceProps = {
  icon: ReactNode;
  label: string;
  /** What was chosen, in words. */
  chosen: string | undefined;
  value: string | undefined;
  load: Loader;
  source: string;
  onChoose: (value: string | undefined) => void;
};

/** One condition of the list. Choosing again what is chosen takes it off. */
function Choice({ icon, label, chosen, value, load, source, onChoose }: ChoiceProps) {
  return (
    <Combobox
      label={label}
      trigger={
        <Button size="sm" variant={chosen ? "secondary" : "ghost"} aria-label={chosen ? `${label}: ${chosen}` : label}>
          {icon}
          <span className="max-w-40 truncate">{chosen ?? label}</span>
        </Button>
      }
      load={load}
      source={source}
      chosen={value ? [value] : []}
      onChoose={(option) => onChoose(option.value === value ? undefined : option.value)}
    />
  );
}

const fixedOwners: Record<string, string> = { me: words.me, none: words.nobody };

const matching = (options: Option[], text: string) =>
  options.filter(({ label }) => label.toLocaleLowerCase().includes(text.toLocaleLowerCase()));

const loadOwners: Loader = async (text, signal) => {
  const fixed = Object.entries(fixedOwners).map(([value, label]) => ({ value, label }));
  return [...matching(fixed, text), ...(await loadMembers(text, signal))];
};

const loadAccounts = loadRecords("account");

function stagesOf({ stages }: ItemKind): Loader {
  const options = stages.map((stage) => ({ value: stage, label: stageText(stage) }));
  return (text) => Promise.resolve(matching(options, text));
}
