import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import {
  type ChosenFile,
  type ImportOptions,
  type ImportType,
  type Preview,
  previewQuery,
} from "@/features/import/import";
import { ImportForm } from "@/features/import/import-form";
import { ImportRun, Uploading } from "@/features/import/import-run";
import { useUpload } from "@/features/import/use-upload";
import { strings } from "@/strings";

type ImportDialogProps = { type: ImportType; open: boolean; onOpenChange: (open: boolean) => void };

/**
 * Brings contacts or accounts in from a CSV file: a file is chosen, its columns are mapped, and the import
 * is started and watched. What was chosen stays until an import of it has begun and the dialog is closed.
 */
export function ImportDialog({ type, open, onOpenChange }: ImportDialogProps) {
  const [chosen, setChosen] = useState<ChosenFile>();
  const [options, setOptions] = useState<ImportOptions>({});
  const preview = usePreview(type, open ? chosen : undefined, options);
  const upload = useUpload(type, open);
  const { isSuccess, reset } = upload;

  const close = useCallback(() => {
    onOpenChange(false);
    if (!isSuccess) return;
    reset();
    setChosen(undefined);
    setOptions({});
  }, [onOpenChange, isSuccess, reset]);
  const send = (more: ImportOptions) =>
    chosen && upload.mutate({ file: chosen.file, options: { ...options, ...more } });

  return (
    <Dialog
      framed
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={strings.imports.dialogTitles[type]}
    >
      {upload.data ? (
        <ImportRun started={upload.data} onBack={reset} onImport={() => send({})} onClose={close} />
      ) : upload.isPending ? (
        <Uploading file={upload.variables.file} onCancel={upload.cancel} onClose={close} />
      ) : (
        <ImportForm
          type={type}
          chosen={chosen}
          // Another file has other columns: what was chosen for those of the last one is void.
          onChoose={(file) => {
            setChosen((last) => ({ file, number: (last?.number ?? 0) + 1 }));
            setOptions(({ map: _, ...kept }) => kept);
            reset();
          }}
          options={options}
          onOptions={setOptions}
          preview={preview}
          error={upload.error}
          onImport={() => send({})}
          onCheck={() => send({ dry_run: true })}
        />
      )}
    </Dialog>
  );
}

/** What the server makes of the file, and the last answer about the same file while a choice is refused. */
function usePreview(type: ImportType, chosen: ChosenFile | undefined, options: ImportOptions) {
  const query = useQuery(previewQuery(type, chosen, options));
  const [last, setLast] = useState<{ number: number; preview: Preview }>();
  if (chosen && query.data && query.data !== last?.preview) setLast({ number: chosen.number, preview: query.data });
  return {
    data: query.data ?? (last?.number === chosen?.number ? last?.preview : undefined),
    /** Whether data is about the options as they are. */
    isCurrent: query.data !== undefined,
    error: query.error,
    isFetching: query.isFetching,
    retry: () => void query.refetch(),
  };
}

export type PreviewState = ReturnType<typeof usePreview>;
