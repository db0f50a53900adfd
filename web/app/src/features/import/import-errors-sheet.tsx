import { useQuery } from "@tanstack/react-query";
import { Sheet } from "@/components/ui/sheet";
import { type Import, importQuery, type Kept } from "@/features/import/import";
import { Failures, FailuresDownload } from "@/features/import/import-failures";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

type ImportErrorsSheetProps = { id: string | undefined; onClose: () => void };

/** A panel with every row that an import did not take, and why, and with what an undo of it left. */
export function ImportErrorsSheet({ id, onClose }: ImportErrorsSheetProps) {
  const { data: shown } = useQuery({ ...importQuery(id ?? ""), enabled: id !== undefined });
  const left = (shown?.state === "undone" && shown.progress.left_records) || [];
  const hasFailures = shown === undefined || shown.progress.failed > 0;
  return (
    <Sheet
      open={id !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={shown ? titleOf(shown, hasFailures) : words.errors}
      description={shown && hasFailures && failuresHint(shown)}
      footer={
        id &&
        hasFailures && (
          <div className="flex justify-end">
            <FailuresDownload id={id} />
          </div>
        )
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 p-5">
        {left.length > 0 && <LeftRecords records={left} />}
        {id && hasFailures && <Failures id={id} />}
      </div>
    </Sheet>
  );
}

function titleOf({ file_name: name }: Import, hasFailures: boolean): string {
  return hasFailures ? words.errorsOf(name) : words.undoOf(name);
}

function failuresHint({ progress: { failed, rows } }: Import): string {
  return words.errorsHint(formatNumber(failed), formatNumber(rows));
}

/** The first of the records that an undo left as they are. */
function LeftRecords({ records }: { records: Kept[] }) {
  if (records.length === 0) return null;
  return (
    <section aria-labelledby="import-left" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h3 id="import-left" className="font-medium">
        {words.leftRecords}
      </h3>
      <ul className="divide-y divide-line rounded-xl border border-line">
        {records.map(({ record, display_name, reason }) => (
          <li key={record} className="px-3.5 py-2">
            <p className="flex items-baseline gap-2">
              <span className="truncate font-medium">{display_name}</span>
              <span className="whitespace-nowrap text-ink-3 text-xs">{record}</span>
            </p>
            <p className="text-ink-2">{reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
