import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { messageOf } from "@/api/client";
import { createImport, type ImportOptions, type ImportType, noteImport } from "@/features/import/import";
import { followImport } from "@/features/import/import-store";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

export const uploadKey = ["import-upload"];

/**
 * Sends a file. The upload goes on when the dialog is closed or its page is left: then what went wrong is
 * told in a toast.
 */
export function useUpload(type: ImportType, isShown: boolean) {
  const client = useQueryClient();
  const abort = useRef(new AbortController());
  const shown = useRef(isShown);
  useEffect(() => {
    shown.current = isShown;
    return () => {
      shown.current = false;
    };
  }, [isShown]);

  const upload = useMutation({
    mutationKey: uploadKey,
    mutationFn: ({ file, options }: { file: File; options: ImportOptions }) => {
      abort.current = new AbortController();
      return createImport({ type, file, options, signal: abort.current.signal });
    },
    onSuccess: async (created) => {
      await noteImport(client, created);
      followImport(created.id);
    },
    onError: (error, { file }) => {
      if (shown.current || abort.current.signal.aborted) return;
      toast({ tone: "danger", title: strings.imports.uploadFailed(file.name), detail: messageOf(error) });
    },
  });
  const cancel = () => {
    abort.current.abort();
    upload.reset();
  };
  return { ...upload, cancel };
}
