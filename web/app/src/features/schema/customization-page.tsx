import { useQuery } from "@tanstack/react-query";
import { QueryState } from "@/components/query-state";
import { SettingsPage, SettingsTabs } from "@/components/settings-page";
import { Conditions } from "@/features/schema/conditions";
import { CustomFields } from "@/features/schema/custom-fields";
import { Offers } from "@/features/schema/offers";
import { fragmentOf, fragmentsQuery, objects, type Scope, stockQuery } from "@/features/schema/schema";
import { StockFields } from "@/features/schema/stock-fields";
import { ScopePicker, SubtypeState } from "@/features/schema/subtypes";
import { strings } from "@/strings";

const words = strings.customization;

type CustomizationPageProps = { scope: Scope; onScopeChange: (scope: Scope) => void };

/** Which fields contacts, accounts and workspaces have. */
export function CustomizationPage({ scope, onScopeChange }: CustomizationPageProps) {
  return (
    <SettingsPage title={words.title} text={words.text}>
      <SettingsTabs
        label={words.objectsLabel}
        tabs={objects.map((id) => ({ id, label: words.objects[id] }))}
        value={scope.object}
        onChange={(object) => onScopeChange({ object })}
      >
        <Fields key={`${scope.object} ${scope.subtype}`} scope={scope} onScopeChange={onScopeChange} />
      </SettingsTabs>
    </SettingsPage>
  );
}

function Fields({ scope, onScopeChange }: CustomizationPageProps) {
  const fragments = useQuery(fragmentsQuery(scope.object));
  const stock = useQuery(stockQuery(scope.object));
  return (
    <QueryState query={fragments} loading={words.loading} bars={6}>
      {(all) => {
        const fragment = fragmentOf(all, scope);
        return (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
            <div className="flex flex-wrap items-center justify-between gap-3">
              <ScopePicker scope={scope} fragments={all} onChange={onScopeChange} />
              {scope.subtype !== undefined && fragment && <SubtypeState scope={scope} fragment={fragment} />}
            </div>
            <CustomFields scope={scope} fragment={fragment} />
            {scope.subtype === undefined && stock.data && (
              <Offers scope={scope} stock={stock.data} fragment={fragment} />
            )}
            <Conditions scope={scope} fragment={fragment} />
            {scope.subtype === undefined && (
              <QueryState query={stock} loading={words.loading} bars={6}>
                {(schema) => <StockFields scope={scope} stock={schema} fragment={fragment} />}
              </QueryState>
            )}
          </div>
        );
      }}
    </QueryState>
  );
}
