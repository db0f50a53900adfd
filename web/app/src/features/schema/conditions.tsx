import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Fragment, SchemaCondition } from "@/api/types";
import { listStyle, SettingsSection } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { effectSentence } from "@/features/schema/condition";
import { ConditionDialog } from "@/features/schema/condition-dialog";
import { prefixOf, type Scope } from "@/features/schema/schema";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { strings } from "@/strings";

const words = strings.customization;

/** How a scope's fields depend on each other. */
export function Conditions({ scope, fragment }: { scope: Scope; fragment: Fragment | undefined }) {
  const [isNew, setNew] = useState(false);
  const [removing, setRemoving] = useState<SchemaCondition>();
  const conditions = fragment?.conditions ?? [];
  const fields = fragment?.fields ?? [];
  const canDepend = fields.length > 1 && fields.some((field) => field.is_filterable);
  return (
    <SettingsSection
      title={words.conditions}
      text={words.conditionsText}
      action={
        canDepend && (
          <Button size="sm" onClick={() => setNew(true)}>
            <Plus aria-hidden />
            {words.newCondition}
          </Button>
        )
      }
    >
      {conditions.length > 0 ? (
        <ul aria-label={words.conditions} className={listStyle}>
          {conditions.map((condition) => (
            <li key={JSON.stringify(condition)} className="flex items-start gap-3 py-2.5 pr-2 pl-4">
              <div className="min-w-0 flex-1 py-1">
                <p>
                  {words.while}{" "}
                  <code className="break-words rounded-md bg-sunken px-1.5 py-0.5 font-mono text-xs">
                    {condition.expression}
                  </code>
                </p>
                <ul className="mt-1 text-[0.8125rem] text-ink-2">
                  {condition.effects.map((effect) => (
                    <li key={JSON.stringify(effect)}>{effectSentence(effect, fields, prefixOf(scope))}</li>
                  ))}
                </ul>
              </div>
              <Button
                variant="ghost"
                size="icon"
                aria-label={words.removeCondition(condition.expression)}
                onClick={() => setRemoving(condition)}
              >
                <Trash2 aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-[0.8125rem] text-ink-3">{canDepend ? words.noConditions : words.needsFields}</p>
      )}
      {isNew && <ConditionDialog scope={scope} fields={fields} onClose={() => setNew(false)} />}
      {removing && <RemoveCondition scope={scope} condition={removing} onClose={() => setRemoving(undefined)} />}
    </SettingsSection>
  );
}

type RemoveConditionProps = { scope: Scope; condition: SchemaCondition; onClose: () => void };

function RemoveCondition({ scope, condition, onClose }: RemoveConditionProps) {
  const change = useFragmentChange(scope);
  const text = JSON.stringify(condition);
  const remove = () =>
    change.mutate(
      (state) => ({ ...state, conditions: (state.conditions ?? []).filter((other) => JSON.stringify(other) !== text) }),
      { onSuccess: onClose },
    );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.removeConditionTitle}
      description={words.removeConditionText}
      action={words.removeConditionAction}
      pending={change.isPending}
      error={change.error ? messageOf(change.error) : undefined}
      onConfirm={remove}
    />
  );
}
