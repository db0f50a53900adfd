import { useQuery } from "@tanstack/react-query";
import { Sheet } from "@/components/ui/sheet";
import { importQuery } from "@/features/import/import";
import { Failures, FailuresDownload } from "@/features/import/import-failures";
import { formatNumber } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.imports;

type ImportErrorsSheetProps = { id: string | undefined; onClose: () => void };

/** A panel with every row that an import did not take, and why. */
export function ImportErrorsSheet({ id, onClose }: ImportErrorsSheetProps) {
  const found = useQuery({ ...importQuery(id ?? ""), enabled: id !== undefined });
  const progress = found.data?.progress;
  return (
    <Sheet
      open={id !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={found.data ? words.errorsOf(found.data.file_name) : words.errors}
      description={progress && words.errorsHint(formatNumber(progress.failed), formatNumber(progress.rows))}
      footer={
        id && (
          <div className="flex justify-end">
            <FailuresDownload id={id} />
          </div>
        )
      }
    >
      <div className="p-5">{id && <Failures id={id} />}</div>
    </Sheet>
  );
}
