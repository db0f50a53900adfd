import { Badge } from "@/components/ui/badge";
import type { Preview, PreviewRow } from "@/features/import/import";
import { fieldsOf } from "@/features/import/import-mapping";
import { SectionHeading } from "@/features/import/section-heading";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.imports;

type Column = { name: string; index: number };

/** How many columns are shown of a file of which Kith takes none, so that one sees what it is. */
const columnsOfStranger = 6;

/** The first rows as they would be read, with what is wrong with them. */
export function FirstRows({ preview }: { preview: Preview }) {
  const { header, rows, fields } = preview;
  const all = header.map((name, index) => ({ name, index }));
  const taken = all.filter(({ name }) => fieldsOf(name, fields).length > 0);
  const columns = taken.length > 0 ? taken : all.slice(0, columnsOfStranger);
  const wrong = rows.filter(({ problems }) => problems.length > 0).length;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <SectionHeading id="import-rows" title={words.rows} hint={summary(rows.length, wrong)} />
      {rows.length > 0 && (
        <section
          aria-label={words.rows}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-xl border border-line"
        >
          <table className="w-full border-collapse text-left text-[0.8125rem]">
            <RowsHead columns={columns} />
            <tbody>
              {rows.map((row) => (
                <Row key={row.line} row={row} columns={columns} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

function summary(count: number, wrong: number): string {
  if (count === 0) return words.noRows;
  return wrong === 0 ? words.rowsFine(count) : words.rowsWrong(wrong, count);
}

function RowsHead({ columns }: { columns: Column[] }) {
  return (
    <thead>
      <tr className="border-line border-b bg-sunken text-ink-3">
        <th scope="col" className="px-3.5 py-2 font-normal">
          {words.line}
        </th>
        {columns.map(({ name, index }) => (
          <th key={index} scope="col" className="max-w-52 truncate px-3 py-2 font-normal">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ row, columns }: { row: PreviewRow; columns: Column[] }) {
  const wrong = row.problems.map(({ column }) => column);
  return (
    <>
      <tr className="border-line [&:not(:first-child)]:border-t">
        <th scope="row" className="px-3.5 py-2 font-normal text-ink-3 tabular-nums">
          {row.line}
        </th>
        {columns.map(({ name, index }) => (
          <td
            key={index}
            title={row.cells[index]}
            className={cn("max-w-52 truncate px-3 py-2", wrong.includes(name) && "bg-danger-soft text-danger")}
          >
            {row.cells[index]}
          </td>
        ))}
      </tr>
      {row.problems.length > 0 && (
        <tr>
          <td />
          <td colSpan={columns.length} className="px-3 pb-2">
            <ul className="sticky left-3 grid max-w-[min(40rem,70vw)] gap-1">
              {row.problems.map(({ column, code, message }) => (
                <li key={`${column} ${code} ${message}`} className="flex items-baseline gap-2 text-danger">
                  {column && <Badge tone="danger">{column}</Badge>}
                  <span>{message}</span>
                </li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </>
  );
}
