import { Building2, SquareStack, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { loadRecords } from "@/features/record/options";
import type { RecordType } from "@/features/record/record";
import { strings } from "@/strings";

const words = strings.create;

/** Where a new record belongs: an account or a workspace that is there, or an account made with it. */
export type Place = {
  account: Option | undefined;
  workspace: Option | undefined;
  newAccount: { name: string; domain: string; tier: string } | undefined;
};

export const emptyPlace: Place = { account: undefined, workspace: undefined, newAccount: undefined };

type PlaceFieldsProps = {
  type: RecordType;
  place: Place;
  onChange: (place: Place) => void;
  error: string | undefined;
};

export function PlaceFields({ type, place, onChange, error }: PlaceFieldsProps) {
  const { account, workspace, newAccount } = place;
  return (
    <>
      <Field name="account" label={strings.records.fields.account} error={error}>
        {() =>
          newAccount ? (
            <NewAccount value={newAccount} onChange={(next) => onChange({ ...emptyPlace, newAccount: next })} />
          ) : (
            <Choice chosen={account} onClear={() => onChange({ ...place, account: undefined })}>
              <Combobox
                label={strings.records.find.account}
                trigger={
                  <Button size="sm">
                    <Building2 aria-hidden />
                    {words.chooseAccount}
                  </Button>
                }
                load={loadRecords("account")}
                source="account"
                chosen={account ? [account.value] : []}
                onChoose={(chosen) => onChange({ ...emptyPlace, account: chosen })}
                create={{
                  label: words.newAccount,
                  run: (name) => onChange({ ...emptyPlace, newAccount: { name, domain: "", tier: "" } }),
                }}
              />
            </Choice>
          )
        }
      </Field>
      {type === "rev_user" && !newAccount && (
        <Field name="rev_org" label={strings.records.fields.workspace} hint={words.workspaceHint}>
          {() => (
            <Choice chosen={workspace} onClear={() => onChange({ ...place, workspace: undefined })}>
              <Combobox
                label={strings.records.find.workspace}
                trigger={
                  <Button size="sm">
                    <SquareStack aria-hidden />
                    {words.chooseWorkspace}
                  </Button>
                }
                load={loadRecords("rev_org")}
                source="workspace"
                chosen={workspace ? [workspace.value] : []}
                onChoose={(chosen) => onChange({ ...place, workspace: chosen })}
              />
            </Choice>
          )}
        </Field>
      )}
    </>
  );
}

function Choice({
  chosen,
  onClear,
  children,
}: {
  chosen: Option | undefined;
  onClear: () => void;
  children: ReactNode;
}) {
  if (!chosen) return <div>{children}</div>;
  return (
    <div className="flex items-center gap-2">
      <span className="min-w-0 truncate font-medium">{chosen.label}</span>
      <Button size="icon" variant="ghost" aria-label={`${strings.common.remove} ${chosen.label}`} onClick={onClear}>
        <X aria-hidden />
      </Button>
    </div>
  );
}

type NewAccountProps = {
  value: NonNullable<Place["newAccount"]>;
  onChange: (value: Place["newAccount"]) => void;
};

function NewAccount({ value, onChange }: NewAccountProps) {
  return (
    <div className="grid gap-3 rounded-lg border border-line p-3">
      <div className="flex items-center gap-2">
        <p className="min-w-0 flex-1 truncate font-medium">{words.newAccount(value.name)}</p>
        <Button size="icon" variant="ghost" aria-label={strings.common.remove} onClick={() => onChange(undefined)}>
          <X aria-hidden />
        </Button>
      </div>
      <Field name="new_domain" label={strings.records.fields.domains} hint={words.domainHint}>
        {(control) => (
          <Input
            {...control}
            value={value.domain}
            placeholder="example.com"
            onChange={(event) => onChange({ ...value, domain: event.target.value })}
          />
        )}
      </Field>
      <Field name="new_tier" label={strings.records.fields.tier}>
        {(control) => (
          <Input
            {...control}
            value={value.tier}
            onChange={(event) => onChange({ ...value, tier: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
