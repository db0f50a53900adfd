import type { Vista } from "@/api/types";
import type { InboxSearch } from "@/features/inbox/inbox-search";
import { everything, type InboxView, savedView } from "@/features/inbox/inbox-view";
import type { ItemKind } from "@/features/inbox/item";
import { type FixedTab, VistaTabs } from "@/features/vista/vista-tabs";
import { strings } from "@/strings";

const words = strings.inbox.views;

type InboxTabsProps = {
  kind: ItemKind;
  search: InboxSearch;
  view: InboxView;
  vista: Vista | undefined;
  /** Whether a saved view is shown first. */
  hasDefault: boolean;
  onChange: (search: InboxSearch) => void;
};

/** The views of an inbox as tabs: those that everybody has, and the saved ones. */
export function InboxTabs({ kind, search, view, vista, hasDefault, onChange }: InboxTabsProps) {
  const { vista: _, group: __, sort: ___, ...chosen } = search;
  const open: InboxSearch = hasDefault ? { vista: everything } : {};
  const tab = (label: string, to: InboxSearch, owner?: string): FixedTab => ({
    label,
    current: !vista && chosen.owner === owner && !chosen.snoozed,
    onChoose: () => onChange(to),
  });
  const { owner: ____, snoozed: _____, ...others } = chosen;
  const changed = Object.keys(vista ? { ...chosen, ...pick(search) } : { ...others, ...pick(search) }).length > 0;
  return (
    <VistaTabs
      type={kind.type}
      search={{}}
      changed={changed}
      view={savedView(view)}
      vista={vista}
      onChoose={(next) => onChange(next ? { vista: next.display_id } : open)}
      fixed={[
        tab(words.open, open),
        tab(words.mine, { owner: "me" }, "me"),
        tab(words.unassigned, { owner: "none" }, "none"),
        ...(kind.type === "conversation"
          ? [{ label: words.snoozed, current: !vista && !!chosen.snoozed, onChoose: () => onChange({ snoozed: true }) }]
          : []),
      ]}
    />
  );
}

/** What of the URL a view keeps beside its filter. */
function pick({ group, sort }: InboxSearch) {
  return { ...(group && { group }), ...(sort && { sort }) };
}
