import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, fieldMessageOf, messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { type Draft, draftOf, payloadOf } from "@/features/record/draft";
import type { RecordField } from "@/features/record/field";
import { FieldInput } from "@/features/record/field-input";
import { type AnyRecord, type Changes, type RecordType, recordKinds } from "@/features/record/record";
import { changeOf, fieldValueOf } from "@/features/record/value";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

type EditFieldProps = { type: RecordType; record: AnyRecord; field: RecordField; onDone: () => void };

/** A form for one field of a contact, an account or a workspace. */
export function EditField({ type, record, ...props }: EditFieldProps) {
  const client = useQueryClient();
  const source: FieldSource = {
    get: () => recordKinds[type].get(record.id),
    update: (changes) => recordKinds[type].update(record.id, changes),
    onChanged: (changed) => recordChanged(client, type, changed),
  };
  return <FieldForm source={source} record={record} {...props} />;
}

/** Where a form reads the record that it changes, and where it writes. */
export type FieldSource = {
  get: () => Promise<AnyRecord>;
  update: (changes: Changes) => Promise<AnyRecord>;
  onChanged: (changed: AnyRecord) => void;
};

type FieldFormProps = { source: FieldSource; record: AnyRecord; field: RecordField; onDone: () => void };

/**
 * A form for one field of a record. Before it writes it looks whether somebody else has changed the field since it
 * was opened: then it says so and keeps what was typed.
 */
export function FieldForm({ source, record, field, onDone }: FieldFormProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(record, field));
  const [seen, setSeen] = useState(() => JSON.stringify(fieldValueOf(record, field)));
  const [clashes, setClashes] = useState(false);
  const save = useMutation({
    mutationFn: async () => {
      const now = await source.get();
      const theirs = JSON.stringify(fieldValueOf(now, field));
      if (theirs !== seen) {
        setSeen(theirs);
        return { changed: undefined, before: now };
      }
      return { changed: await source.update(changeOf(field, payloadOf(field, draft))), before: now };
    },
    onSuccess: ({ changed, before }) => {
      setClashes(changed === undefined);
      if (!changed) return;
      source.onChanged(changed);
      toast({
        tone: "success",
        title: strings.records.changed(field.label),
        action: { label: strings.common.undo, run: () => void restoreField(source, before, field) },
      });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-3">
      <FieldInput field={field} draft={draft} onChange={setDraft} autoFocus />
      {clashes && (
        <Alert tone="warn">
          {strings.records.conflict}. {strings.records.conflictText(field.label)}
        </Alert>
      )}
      {save.error && <Alert>{problemOf(save.error)}</Alert>}
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onDone}>
          {strings.common.cancel}
        </Button>
        <Button size="sm" variant="primary" type="submit" pending={save.isPending}>
          {strings.common.save}
        </Button>
      </div>
    </form>
  );
}

function problemOf(error: Error): string {
  return error instanceof ApiError && error.field ? fieldMessageOf(error) : messageOf(error);
}

async function restoreField(source: FieldSource, before: AnyRecord, field: RecordField) {
  try {
    source.onChanged(await source.update(changeOf(field, payloadOf(field, draftOf(before, field)))));
  } catch (error) {
    toast({ tone: "danger", title: messageOf(error) });
  }
}

type Pages = { pages: { records: AnyRecord[]; groups: { records: AnyRecord[] }[] }[] };

/** Puts a changed record where it is shown: lists keep their order until they are refreshed. */
export function recordChanged(client: QueryClient, type: RecordType, changed: AnyRecord): void {
  for (const name of [changed.id, changed.display_id]) client.setQueryData(["record", type, name], changed);
  const replaced = (records: AnyRecord[]) =>
    records.map((record) => (record.id === changed.id ? { ...record, ...changed } : record));
  client.setQueriesData({ queryKey: ["records", type] }, (data: Pages | AnyRecord[] | undefined) => {
    if (!data) return data;
    if (Array.isArray(data)) return replaced(data);
    const pages = data.pages.map((page) => ({
      ...page,
      records: replaced(page.records),
      groups: page.groups.map((group) => ({ ...group, records: replaced(group.records) })),
    }));
    return { ...data, pages };
  });
}
