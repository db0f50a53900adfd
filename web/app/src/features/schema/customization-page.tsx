import { useQuery } from "@tanstack/react-query";
import type { Fragment } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { SettingsPage, SettingsTabs } from "@/components/settings-page";
import { Alert } from "@/components/ui/alert";
import { AppFields } from "@/features/schema/app-fields";
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
            {scope.subtype !== undefined && !fragment ? (
              <Alert tone="info">{words.noSubtype(scope.subtype)}</Alert>
            ) : (
              <FieldsOf scope={scope} fragments={all} />
            )}
          </div>
        );
      }}
    </QueryState>
  );
}

type FieldsOfProps = { scope: Scope; fragments: Fragment[] };

function FieldsOf({ scope, fragments }: FieldsOfProps) {
  const fragment = fragmentOf(fragments, scope);
  return (
    <>
      <CustomFields scope={scope} fragment={fragment} />
      {scope.subtype === undefined ? (
        <FieldsOfAll scope={scope} fragments={fragments} />
      ) : (
        <Conditions scope={scope} fragment={fragment} />
      )}
    </>
  );
}

/** What all records of a kind have beside the org's own fields. */
function FieldsOfAll({ scope, fragments }: FieldsOfProps) {
  const stock = useQuery(stockQuery(scope.object));
  const fragment = fragmentOf(fragments, scope);
  return (
    <>
      {stock.data && <Offers scope={scope} stock={stock.data} fragment={fragment} />}
      <Conditions scope={scope} fragment={fragment} />
      {fragments
        .filter(({ type, fields }) => type === "app_fragment" && fields.length > 0)
        .map((app) => (
          <AppFields key={app.id} fragment={app} />
        ))}
      <QueryState query={stock} loading={words.loading} bars={6}>
        {(schema) => <StockFields scope={scope} stock={schema} fragment={fragment} />}
      </QueryState>
    </>
  );
}
