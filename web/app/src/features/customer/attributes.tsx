import { Pencil } from "lucide-react";
import { type ReactNode, useState } from "react";
import { EditField } from "@/features/record/edit-field";
import { type RecordField, useFields } from "@/features/record/field";
import { FieldValue } from "@/features/record/field-value";
import type { AnyRecord, RecordType } from "@/features/record/record";
import { fieldValueOf, isEditable, isEmpty } from "@/features/record/value";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.customer;
// Shown in the heading, or in a part of their own.
const elsewhere = new Set([
  "display_id",
  "account",
  "workspace",
  "is_verified",
  "created_by",
  "created_date",
  "modified_date",
]);

type AttributesProps = { type: RecordType; record: AnyRecord };

/** All fields of a record, each to be edited where it stands. */
export function Attributes({ type, record }: AttributesProps) {
  const fields = useFields(type).filter(({ name }) => !elsewhere.has(name));
  const edit = (field: RecordField, onDone: () => void) => (
    <EditField type={type} record={record} field={field} onDone={onDone} />
  );
  return <AttributeList record={record} fields={fields} edit={edit} />;
}

type AttributeListProps = {
  record: AnyRecord;
  fields: RecordField[];
  edit: (field: RecordField, onDone: () => void) => ReactNode;
};

/** Fields of a record below each other. */
export function AttributeList({ record, fields, edit }: AttributeListProps) {
  return (
    <dl className="grid gap-px">
      {fields.map((field) => (
        <Attribute key={field.name} record={record} field={field} edit={(onDone) => edit(field, onDone)} />
      ))}
    </dl>
  );
}

type AttributeProps = {
  record: AnyRecord;
  field: RecordField;
  /** The form that stands in the value's place while it is edited. */
  edit: (onDone: () => void) => ReactNode;
  /** Whether there is room for the name above the value only. */
  narrow?: boolean;
};

/** One field of a record, to be edited where it stands. */
export function Attribute({ record, field, edit, narrow = false }: AttributeProps) {
  const [editing, setEditing] = useState(false);
  const empty = isEmpty(fieldValueOf(record, field));
  const editable = isEditable(field);
  if (empty && !editable) return null;
  return (
    <div
      className={cn(
        "group/field grid items-start rounded-lg hover:bg-hover",
        narrow && editing && "-mx-1 bg-surface px-1 py-1.5",
        narrow && !editing && "grid-cols-[6rem_minmax(0,1fr)] gap-x-3",
        !narrow && "grid-cols-[8.5rem_minmax(0,1fr)] gap-3 px-2 py-1.5 max-sm:grid-cols-[6.5rem_minmax(0,1fr)]",
      )}
    >
      <dt className="truncate pt-0.5 text-[0.8125rem] text-ink-3" title={field.label}>
        {field.label}
      </dt>
      <dd className="min-w-0">
        {editing ? (
          edit(() => setEditing(false))
        ) : (
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1 pt-0.5">
              {empty ? <span className="text-ink-3">–</span> : <FieldValue record={record} field={field} />}
            </div>
            {editable && (
              <button
                type="button"
                aria-label={words.edit(field.label)}
                onClick={() => setEditing(true)}
                className="grid size-7 shrink-0 place-items-center rounded-md text-ink-3 opacity-0 hover:bg-selected hover:text-ink focus-visible:opacity-100 group-hover/field:opacity-100 max-md:opacity-100"
              >
                <Pencil aria-hidden className="size-3.5" />
              </button>
            )}
          </div>
        )}
      </dd>
    </div>
  );
}
