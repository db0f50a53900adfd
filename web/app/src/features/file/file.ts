import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { send } from "@/features/file/send";

type Schemas = components["schemas"];

export type Artifact = Schemas["Artifact"];
export type ArtifactSummary = Schemas["ArtifactSummary"];

/** How many files a comment takes. */
export const maxFiles = 50;

/** A file that is too large; the message is safe to show. */
export class TooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super();
  }
}

/** Uploads a file and returns its id, to be given to what it shall hang on. `onProgress` is told parts of 1. */
export async function upload(
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
  purpose?: "user_profile_picture",
): Promise<string> {
  const body = {
    file_name: file.name,
    ...(file.type && { file_type: file.type }),
    ...(purpose && { configuration_set: purpose }),
  };
  const to = await answer(api.POST("/artifacts.prepare", { body, signal }));
  if (file.size > to.max_bytes) throw new TooLarge(to.max_bytes);
  const form = new FormData();
  for (const { key, value } of to.form_data) form.append(key, value);
  form.append("file", file);
  await send(here(to.url), form, onProgress, signal);
  return to.id;
}

/** The same address below this page's own origin, whatever name the server goes by elsewhere. */
function here(url: string): string {
  const { pathname, search } = new URL(url, window.location.origin);
  return pathname + search;
}

/** Before an address expires it is asked for again. */
const spareMillis = 60_000;

/** Where the content of a file can be fetched from for a while. */
export function locationQuery(id: string) {
  return queryOptions({
    queryKey: ["file", "location", id],
    queryFn: async ({ signal }) => {
      const { url, expires_at } = await answer(api.POST("/artifacts.locate", { body: { id }, signal }));
      return { url: here(url), until: Date.parse(expires_at) };
    },
    staleTime: ({ state }) => Math.max(0, (state.data?.until ?? 0) - Date.now() - spareMillis),
  });
}

const pageSize = 50;

/** The files on a record and on what belongs to it, the latest first. */
export function filesQuery(parent: string) {
  return infiniteQueryOptions({
    queryKey: ["file", "list", parent],
    queryFn: ({ pageParam, signal }) => {
      const body = { parent_id: parent, limit: pageSize, ...(pageParam && { cursor: pageParam }) };
      return answer(api.POST("/artifacts.list", { body, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
    staleTime: 0,
  });
}

/** The kinds that the server lets browsers show in place. */
const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function isPicture({ file }: ArtifactSummary): boolean {
  return pictures.includes(file.type ?? "");
}

/** Saves the content of a file on the reader's machine. */
export function saveFrom(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
