import { useSuspenseQuery } from "@tanstack/react-query";
import { PenLine } from "lucide-react";
import { useState } from "react";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { emptyDraft, payloadOf } from "@/features/record/draft";
import { fieldsQuery } from "@/features/record/field";
import { FieldInput } from "@/features/record/field-input";
import type { RecordType } from "@/features/record/record";
import { isEditable } from "@/features/record/value";
import { strings } from "@/strings";

const words = strings.bulk;

type BulkFieldProps = {
  type: RecordType;
  onClose: () => void;
  onChosen: (values: Record<string, unknown>, label: string) => void;
};

/** Chooses one of the org's own fields and the value that many records get. */
export function BulkField({ type, onClose, onChosen }: BulkFieldProps) {
  const { data } = useSuspenseQuery(fieldsQuery(type));
  const fields = data.filter((field) => field.custom && isEditable(field));
  const [name, setName] = useState(fields[0]?.name ?? "");
  const [draft, setDraft] = useState(emptyDraft);
  const field = fields.find((candidate) => candidate.name === name);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={words.field}>
      {field ? (
        <div className="grid gap-4">
          <Field name="field" label={words.chooseField}>
            {(control) => (
              <Select
                {...control}
                value={name}
                onChange={(event) => {
                  setName(event.target.value);
                  setDraft(emptyDraft);
                }}
              >
                {fields.map((offer) => (
                  <option key={offer.name} value={offer.name}>
                    {offer.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field name="value" label={words.newValue} hint={words.removeValue}>
            {(control) => <FieldInput field={field} draft={draft} onChange={setDraft} control={control} />}
          </Field>
          <DialogActions>
            <Button onClick={onClose}>{strings.common.cancel}</Button>
            <Button variant="primary" onClick={() => onChosen({ [field.name]: payloadOf(field, draft) }, field.label)}>
              {words.apply}
            </Button>
          </DialogActions>
        </div>
      ) : (
        <StateMessage icon={PenLine} title={words.noFields} />
      )}
    </Dialog>
  );
}
