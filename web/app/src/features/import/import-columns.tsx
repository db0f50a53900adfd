import { useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import type { ImportOptions, Preview, PreviewField } from "@/features/import/import";
import { assign, fieldsOf, toMapping, withChoices } from "@/features/import/import-mapping";
import { fieldLabel, fieldOption } from "@/features/import/import-text";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

/** How many columns are shown at first, and how many names and values of a list. */
const columnsAtFirst = 40;
const namesShown = 20;
const samplesShown = 3;

type ColumnTableProps = {
  preview: Preview;
  options: ImportOptions;
  onOptions: (options: ImportOptions) => void;
};

/** Each column of the file with its first values and the field that it becomes. */
export function ColumnTable({ preview, options, onOptions }: ColumnTableProps) {
  const [showsAll, setShowsAll] = useState(false);
  const { header } = preview;
  const mapping = toMapping(options.map, header);
  const fields = withChoices(preview.fields, mapping);
  const shown = showsAll ? header : header.slice(0, columnsAtFirst);
  return (
    <div className="overflow-hidden rounded-xl border border-line">
      <div
        aria-hidden
        className="hidden gap-3 border-line border-b bg-sunken px-3.5 py-2 text-[0.8125rem] text-ink-3 sm:grid sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_16.5rem]"
      >
        <span>{words.columnOfFile}</span>
        <span>{words.samples}</span>
        <span>{words.field}</span>
      </div>
      <ul aria-label={words.mapping} className="divide-y divide-line">
        {shown.map((column, index) => (
          <ColumnRow
            // biome-ignore lint/suspicious/noArrayIndexKey: columns may have the same name; their place tells them apart
            key={index}
            name={column}
            number={index + 1}
            samples={samplesOf(preview, index)}
            fields={fields}
            onAssign={(field) => onOptions({ ...options, map: assign(column, field, fields, mapping) })}
          />
        ))}
      </ul>
      {shown.length < header.length && (
        <div className="border-line border-t p-2 text-center">
          <Button size="sm" variant="ghost" onClick={() => setShowsAll(true)}>
            {words.showAllColumns(formatNumber(header.length))}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The first different values of a column. */
function samplesOf({ rows }: Preview, index: number): string[] {
  const values = rows.map(({ cells }) => cells[index]?.trim() ?? "").filter(Boolean);
  return [...new Set(values)].slice(0, samplesShown);
}

type ColumnRowProps = {
  name: string;
  number: number;
  samples: string[];
  fields: PreviewField[];
  onAssign: (field: string) => void;
};

function ColumnRow({ name, number, samples, fields, onAssign }: ColumnRowProps) {
  const title = name.trim() || words.unnamed(number);
  const [field = "", ...others] = fieldsOf(name, fields);
  const examples = samples.join(", ");
  return (
    <li className="grid items-center gap-x-3 gap-y-1 px-3.5 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_16.5rem]">
      <span className={cn("truncate font-medium", !name.trim() && "text-ink-3 italic")} title={title}>
        {title}
      </span>
      <span className="truncate text-[0.8125rem] text-ink-2" title={examples}>
        {examples}
      </span>
      <div>
        <Select
          aria-label={words.fieldOf(title)}
          value={field}
          disabled={!name.trim()} // there is no way to name it to the server
          onChange={(event) => onAssign(event.target.value)}
          className={cn("sm:h-8", !field && "text-ink-3")}
        >
          <option value="">{words.notImported}</option>
          {fields.map((option) => (
            <option key={option.name} value={option.name}>
              {fieldOption(option)}
            </option>
          ))}
        </Select>
        {others.length > 0 && (
          <p className="mt-1 text-ink-3 text-xs">{words.alsoFills(others.map(fieldLabel).join(", "))}</p>
        )}
      </div>
    </li>
  );
}

/** Says which mandatory fields still lack a column. */
export function MissingFields({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  return (
    <Alert tone="warn">
      {words.missing(names.length)} <strong className="font-semibold">{names.map(fieldLabel).join(", ")}</strong>
    </Alert>
  );
}

/** Names the columns that no field takes. */
export function UnsupportedColumns({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  const rest = names.length - namesShown;
  return (
    <Alert tone="info">
      {words.unsupported(names.length)}{" "}
      <span className="break-words text-ink">
        {names.slice(0, namesShown).join(", ")}
        {rest > 0 && ` ${words.more(formatNumber(rest))}`}
      </span>
    </Alert>
  );
}
