import { ArrowDown, ArrowUp, Blocks, Ellipsis, Plus, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ApiError, messageOf } from "@/api/client";
import type { Fragment, SchemaField } from "@/api/types";
import { listStyle, SettingsSection } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { badgesOf, FieldRow } from "@/features/schema/field-row";
import { FieldSheet } from "@/features/schema/field-sheet";
import { labelOf, prefixOf, type Scope, withMoved, withoutField } from "@/features/schema/schema";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.customization;

type CustomFieldsProps = { scope: Scope; fragment: Fragment | undefined };

/** The custom fields of a scope in their order, and the sheet of the one that is open. */
export function CustomFields({ scope, fragment }: CustomFieldsProps) {
  // The name of the field that is edited; "" for a new one.
  const [open, setOpen] = useState<string>();
  const [removing, setRemoving] = useState<SchemaField>();
  useHotkeys({ n: () => setOpen((name) => name ?? "") });
  const fields = fragment?.fields ?? [];
  const isSubtype = scope.subtype !== undefined;
  const about = fragment?.subtype_display_name || scope.subtype;
  return (
    <SettingsSection
      title={words.custom}
      text={about ? words.customOfSubtype(about) : words.customText(words.plurals[scope.object])}
      action={
        <Button variant="primary" onClick={() => setOpen("")}>
          <Plus aria-hidden />
          {words.newField}
        </Button>
      }
    >
      {fields.length > 0 ? (
        <FieldList scope={scope} fields={fields} onOpen={setOpen} onRemove={setRemoving} />
      ) : (
        <div className="rounded-xl border border-line border-dashed [&>div]:py-8 sm:[&>div]:py-10">
          <StateMessage icon={Blocks} title={words.noFields}>
            <p className="text-pretty text-ink-2">{isSubtype ? words.noFieldsTextSubtype : words.noFieldsText}</p>
          </StateMessage>
        </div>
      )}
      {open !== undefined && (
        <FieldSheet
          key={open}
          scope={scope}
          field={fields.find((field) => field.name === open)}
          composites={(fragment?.composite_schemas ?? []).map(({ name }) => name)}
          onClose={() => setOpen(undefined)}
        />
      )}
      {removing && <RemoveDialog scope={scope} field={removing} onClose={() => setRemoving(undefined)} />}
    </SettingsSection>
  );
}

type FieldListProps = {
  scope: Scope;
  fields: SchemaField[];
  onOpen: (name: string) => void;
  onRemove: (field: SchemaField) => void;
};

function FieldList({ scope, fields, onOpen, onRemove }: FieldListProps) {
  const { move, list, news, error } = useMoves(scope, fields);
  return (
    <>
      {error && <Alert>{messageOf(error)}</Alert>}
      <ul ref={list} aria-label={words.listLabel} className={listStyle}>
        {fields.map((field, at) => (
          <FieldRow
            key={field.name}
            field={field}
            label={labelOf(field)}
            name={prefixOf(scope) + field.name}
            badges={badgesOf(field)}
            onOpen={() => onOpen(field.name)}
            actions={
              <FieldActions
                field={field}
                isFirst={at === 0}
                isLast={at === fields.length - 1}
                onMove={move}
                onRemove={() => onRemove(field)}
              />
            }
          />
        ))}
      </ul>
      <p aria-live="polite" className="sr-only">
        {news}
      </p>
    </>
  );
}

type FieldActionsProps = {
  field: SchemaField;
  isFirst: boolean;
  isLast: boolean;
  onMove: (move: Move) => void;
  onRemove: () => void;
};

/** What can be done with a field in its list: buttons side by side, or a menu where there is no room. */
function FieldActions({ field, isFirst, isLast, onMove, onRemove }: FieldActionsProps) {
  const label = labelOf(field);
  const remove = `${strings.common.remove} ${label}`;
  const moveBy = (by: number) => onMove({ name: field.name, by });
  return (
    <>
      <div className="flex max-sm:hidden">
        <MoveButton field={field} by={-1} disabled={isFirst} onMove={onMove} />
        <MoveButton field={field} by={1} disabled={isLast} onMove={onMove} />
        <Button variant="ghost" size="icon" aria-label={remove} onClick={onRemove}>
          <Trash2 aria-hidden />
        </Button>
      </div>
      <div className="sm:hidden">
        <Menu
          trigger={
            <Button variant="ghost" size="icon" aria-label={words.moreFor(label)}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          {!isFirst && (
            <MenuItem onSelect={() => moveBy(-1)}>
              <ArrowUp aria-hidden />
              {words.moveUp(label)}
            </MenuItem>
          )}
          {!isLast && (
            <MenuItem onSelect={() => moveBy(1)}>
              <ArrowDown aria-hidden />
              {words.moveDown(label)}
            </MenuItem>
          )}
          <MenuItem onSelect={onRemove}>
            <Trash2 aria-hidden />
            {remove}
          </MenuItem>
        </Menu>
      </div>
    </>
  );
}

type Move = { name: string; by: number };
type MoveButtonProps = { field: SchemaField; by: number; disabled: boolean; onMove: (move: Move) => void };

function MoveButton({ field, by, disabled, onMove }: MoveButtonProps) {
  const label = labelOf(field);
  return (
    <Button
      variant="ghost"
      size="icon"
      data-move={`${field.name} ${by}`}
      aria-label={by < 0 ? words.moveUp(label) : words.moveDown(label)}
      disabled={disabled}
      onClick={() => onMove({ name: field.name, by })}
    >
      {by < 0 ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />}
    </Button>
  );
}

/** Moves fields. The focus stays with the field that was moved, and a screen reader hears where it is. */
function useMoves(scope: Scope, fields: SchemaField[]) {
  const change = useFragmentChange(scope);
  const list = useRef<HTMLUListElement>(null);
  const moved = useRef<Move>(undefined);
  const [news, setNews] = useState("");
  useEffect(() => {
    const last = moved.current;
    if (!last) return;
    moved.current = undefined;
    const at = fields.findIndex(({ name }) => name === last.name);
    const field = fields[at];
    if (!field) return;
    setNews(words.moved(labelOf(field), at + 1, fields.length));
    focusMove(list.current, last);
  }, [fields]);
  const forget = () => {
    moved.current = undefined;
  };
  const move = (next: Move) => {
    moved.current = next;
    change.mutate((state) => withMoved(state, next.name, next.by), { onError: forget });
  };
  return { list, news, error: change.error, move };
}

/** The button of the same direction, or the other one where the field cannot go on. */
function focusMove(list: HTMLElement | null, { name, by }: Move): void {
  const find = (way: number) => list?.querySelector<HTMLButtonElement>(`[data-move="${name} ${way}"]:enabled`);
  (find(by) ?? find(-by))?.focus();
}

type RemoveDialogProps = { scope: Scope; field: SchemaField; onClose: () => void };

function RemoveDialog({ scope, field, onClose }: RemoveDialogProps) {
  const change = useFragmentChange(scope);
  const label = labelOf(field);
  const remove = () =>
    change.mutate((state) => withoutField(state, field.name), {
      onSuccess: () => {
        toast({ tone: "success", title: words.removed(label) });
        onClose();
      },
    });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.removeTitle(label)}
      description={words.removeText}
      action={words.removeAction}
      pending={change.isPending}
      error={change.error ? removeProblem(change.error) : undefined}
      onConfirm={remove}
    />
  );
}

/** The server blames the condition, which the field's dialog does not show. */
function removeProblem(error: Error): string {
  const isNeeded = error instanceof ApiError && error.field?.startsWith("conditions[");
  return isNeeded ? words.removeNeeded : messageOf(error);
}
