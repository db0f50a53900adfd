import { useQuery } from "@tanstack/react-query";
import { QueryState } from "@/components/query-state";
import { SettingsPage, SettingsTabs } from "@/components/settings-page";
import { Debugger } from "@/features/identity-rules/debugger";
import { RulesForm } from "@/features/identity-rules/rules-form";
import { settingsQuery } from "@/features/org/settings";
import { strings } from "@/strings";

const words = strings.identity;

export const views = ["rules", "debugger"] as const;
export type View = (typeof views)[number];

/** How Kith decides who is who, and a place to try it. */
export function IdentityPage({ view, onViewChange }: { view: View; onViewChange: (view: View) => void }) {
  return (
    <SettingsPage title={words.title} text={words.text}>
      <SettingsTabs
        label={words.viewsLabel}
        tabs={views.map((id) => ({ id, label: words.views[id] }))}
        value={view}
        onChange={onViewChange}
      >
        {view === "rules" ? <Rules /> : <Debugger />}
      </SettingsTabs>
    </SettingsPage>
  );
}

function Rules() {
  const settings = useQuery(settingsQuery);
  return (
    <QueryState query={settings} loading={words.loading} bars={6}>
      {(saved) => <RulesForm saved={saved} />}
    </QueryState>
  );
}
