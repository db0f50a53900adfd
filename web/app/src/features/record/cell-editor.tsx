import { Popover as Radix } from "radix-ui";
import { EditField } from "@/features/record/edit-field";
import type { RecordField } from "@/features/record/field";
import type { AnyRecord, RecordType } from "@/features/record/record";
import { strings } from "@/strings";

type CellEditorProps = { type: RecordType; record: AnyRecord; field: RecordField; onDone: () => void };

/** The editor of a cell, over the cell. */
export function CellEditor({ type, record, field, onDone }: CellEditorProps) {
  return (
    <Radix.Root open modal={false} onOpenChange={(open) => !open && onDone()}>
      <Radix.Anchor className="pointer-events-none absolute inset-0" />
      <Radix.Portal>
        <Radix.Content
          aria-label={strings.records.edit(field.label)}
          align="start"
          sideOffset={-36}
          collisionPadding={8}
          className="z-40 w-80 animate-rise rounded-xl border border-line bg-raised p-3 shadow-pop"
        >
          <EditField type={type} record={record} field={field} onDone={onDone} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
