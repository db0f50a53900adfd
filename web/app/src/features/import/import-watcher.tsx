import { useIsMutating, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError } from "@/api/client";
import {
  hasMoreToTell,
  type Import,
  importQuery,
  isOver,
  openImportsQuery,
  refreshRecords,
} from "@/features/import/import";
import { ImportErrorsSheet } from "@/features/import/import-errors-sheet";
import {
  followImport,
  forgetImports,
  hideFailures,
  importInDialog,
  isNews,
  showFailures,
  unfollowImport,
  useImportWatch,
} from "@/features/import/import-store";
import { endMessage } from "@/features/import/import-text";
import { uploadKey } from "@/features/import/use-upload";
import { useSession } from "@/features/session/use-session";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

/**
 * Follows the reader's imports wherever in the app the reader is, also those that were under way when the
 * page was loaded, and tells when they end. Mounted once.
 */
export function ImportWatcher() {
  const { followed, failuresOf } = useImportWatch();
  useOwnOpenImports();
  useLeaveQuestion();
  useEffect(() => forgetImports, []);
  return (
    <>
      {followed.map((id) => (
        <Follow key={id} id={id} />
      ))}
      <ImportErrorsSheet id={failuresOf} onClose={hideFailures} />
    </>
  );
}

function useOwnOpenImports(): void {
  const me = useSession()?.user.id;
  const { data } = useQuery(openImportsQuery);
  useEffect(() => {
    for (const open of data ?? []) if (open.created_by?.id === me) followImport(open.id);
  }, [data, me]);
}

/** A file that is still travelling is lost when the page is left: lets the browser ask. */
function useLeaveQuestion(): void {
  const isUploading = useIsMutating({ mutationKey: uploadKey }) > 0;
  useEffect(() => {
    if (!isUploading) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUploading]);
}

/** Asks for one import until it is over. */
function Follow({ id }: { id: string }) {
  const client = useQueryClient();
  const { data, error } = useQuery(importQuery(id));
  useEffect(() => {
    if (!data || !isOver(data)) return;
    unfollowImport(id);
    if (!isNews(id, data.state)) return;
    tell(data);
    void refreshRecords(client);
  }, [data, id, client]);
  useEffect(() => {
    if (error instanceof ApiError && !error.isTemporary) unfollowImport(id); // it is gone, or not ours to see
  }, [error, id]);
  return null;
}

function tell(ended: Import): void {
  // A check, and a file that was refused, end in the dialog if it is open.
  if (importInDialog() === ended.id && (ended.options.dry_run || ended.state === "failed")) return;
  // The errors of an import that is undone were told of before.
  const hasNews = ended.state === "undone" ? (ended.progress.left ?? 0) > 0 : hasMoreToTell(ended);
  toast({
    ...endMessage(ended),
    ...(hasNews && {
      action: { label: strings.imports.learnMore, run: () => showFailures(ended.id) },
      duration: undefined, // it stays until it was read
    }),
  });
}
