import { Download } from "lucide-react";
import { ApiError, messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { DialogBody, DialogFooter } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import {
  type ChosenFile,
  type ImportOptions,
  type ImportType,
  type Preview,
  sampleHref,
} from "@/features/import/import";
import { ColumnTable, MissingFields, UnsupportedColumns } from "@/features/import/import-columns";
import type { PreviewState } from "@/features/import/import-dialog";
import { FileCard, FileZone } from "@/features/import/import-file";
import { ImportOptionFields } from "@/features/import/import-option-fields";
import { FirstRows } from "@/features/import/import-rows";
import { SectionHeading } from "@/features/import/section-heading";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const words = strings.imports;

type ImportFormProps = {
  type: ImportType;
  chosen: ChosenFile | undefined;
  onChoose: (file: File) => void;
  options: ImportOptions;
  onOptions: (options: ImportOptions) => void;
  preview: PreviewState;
  /** Why the upload failed. */
  error: unknown;
  onImport: () => void;
  onCheck: () => void;
};

/** Choosing a file, and how it is to be imported. */
export function ImportForm(props: ImportFormProps) {
  const { type, chosen, preview } = props;
  const canImport = chosen && preview.data && !preview.error && preview.data.missing_fields.length === 0;
  return (
    <>
      <DialogBody>
        {props.error ? <Alert>{messageOf(props.error)}</Alert> : null}
        {chosen ? (
          <>
            <FileCard file={chosen.file} preview={preview} onChoose={props.onChoose} />
            <ChosenForm {...props} />
          </>
        ) : (
          <FileZone onChoose={props.onChoose} />
        )}
      </DialogBody>
      <DialogFooter>
        <SampleLink type={type} className={cn(chosen && "max-sm:hidden")} />
        {chosen && (
          <Button disabled={!canImport} onClick={props.onCheck}>
            {words.dryRun}
          </Button>
        )}
        <Button variant="primary" disabled={!canImport} onClick={props.onImport}>
          {words.import}
        </Button>
      </DialogFooter>
    </>
  );
}

function SampleLink({ type, className }: { type: ImportType; className: string }) {
  return (
    <a
      href={sampleHref(type)}
      download
      title={words.sampleHint}
      className={cn(
        "mr-auto inline-flex items-center gap-1.5 rounded font-medium text-[0.8125rem] text-brand underline-offset-2 hover:text-brand-hover hover:underline",
        className,
      )}
    >
      <Download aria-hidden className="size-4" />
      {words.sample}
    </a>
  );
}

function ChosenForm({ type, options, onOptions, preview }: ImportFormProps) {
  const { data, error } = preview;
  return (
    <>
      {error && <PreviewError preview={preview} />}
      {data && <PreviewParts preview={data} options={options} onOptions={onOptions} />}
      {!data && preview.isFetching && <PreviewSkeleton />}
      <ImportOptionFields type={type} options={options} onOptions={onOptions} preview={data} />
      {data && <FirstRows preview={data} />}
    </>
  );
}

function PreviewError({ preview: { error, isFetching, retry } }: { preview: PreviewState }) {
  return (
    <Alert>
      <p className="break-words">{messageOf(error)}</p>
      {error instanceof ApiError && error.isTemporary && (
        <Button size="sm" className="mt-2" pending={isFetching} onClick={retry}>
          {strings.common.tryAgain}
        </Button>
      )}
    </Alert>
  );
}

type PreviewPartsProps = Pick<ImportFormProps, "options" | "onOptions"> & { preview: Preview };

function PreviewParts({ preview, options, onOptions }: PreviewPartsProps) {
  return (
    <section aria-labelledby="import-columns" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <SectionHeading id="import-columns" title={words.mapping} hint={words.mappingHint} />
      <ColumnTable preview={preview} options={options} onOptions={onOptions} />
      <MissingFields names={preview.missing_fields} />
      <UnsupportedColumns names={preview.ignored_columns} />
    </section>
  );
}

function PreviewSkeleton() {
  return (
    <div role="status" aria-label={words.looking} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Skeleton className="h-5 w-40" />
      <Skeleton className="h-40 rounded-xl" />
    </div>
  );
}
