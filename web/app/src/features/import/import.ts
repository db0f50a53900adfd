import { infiniteQueryOptions, type QueryClient, queryOptions, skipToken } from "@tanstack/react-query";
import { ApiError, answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Import = Schemas["Import"];
export type ImportProgress = Schemas["ImportProgress"];
export type ImportOptions = Schemas["ImportOptionsInput"];
export type ImportType = Schemas["ImportsCreateRequest"]["type"];
export type Difference = Schemas["Difference"];
export type Kept = Schemas["Kept"];
export type Failure = Schemas["Failure"];
export type Preview = Schemas["ImportPreview"];
export type PreviewField = Schemas["PreviewField"];
export type PreviewRow = Schemas["PreviewRow"];
export type Problem = Schemas["Problem"];

/** A file as it was chosen. The number tells it apart from one of the same name. */
export type ChosenFile = { file: File; number: number };

/** As much of a file's beginning as a preview looks at. */
const headBytes = 1 << 20;

/** How often a running import is asked how far it is, and one that waits for others. */
const runningMillis = 500;
const queuedMillis = 1000;

const failuresOnPage = 50;

/** Whether nothing more will happen to the import by itself. */
export function isOver({ state }: Import): boolean {
  return state === "completed" || state === "failed" || state === "cancelled" || state === "undone";
}

/** How many rows of the file Kith took, also those that changed nothing. */
export function importedRows({ created, updated, unchanged, repeated }: ImportProgress): number {
  return created + updated + unchanged + repeated;
}

/** Whether rows failed, or an undo left records as they are. */
export function hasMoreToTell({ progress, state }: Import): boolean {
  return progress.failed > 0 || (state === "undone" && (progress.left ?? 0) > 0);
}

/**
 * One import, asked for again and again until it is over. A stream of events would hold one of the six
 * connections that a browser opens to a server for each import and each tab.
 */
export function importQuery(id: string) {
  return queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: async ({ signal }) => (await answer(api.POST("/imports.get", { body: { id }, signal }))).import,
    staleTime: 0,
    retry: false, // the next question comes soon
    refetchInterval: ({ state: { data } }) => {
      if (data && isOver(data)) return false;
      return data?.state === "queued" ? queuedMillis : runningMillis;
    },
  });
}

/** All imports, the newest first. */
export const importsQuery = infiniteQueryOptions({
  queryKey: ["imports", "list"],
  queryFn: ({ pageParam, signal }) =>
    answer(api.POST("/imports.list", { body: pageParam ? { cursor: pageParam } : {}, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

/** The newest imports that are under way. */
export const openImportsQuery = queryOptions({
  queryKey: ["imports", "open"],
  queryFn: async ({ signal }) => {
    const { imports } = await answer(api.POST("/imports.list", { body: {}, signal }));
    return imports.filter((found) => !isOver(found));
  },
});

/** The rows that an import did not take. */
export function failuresQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["imports", "failures", id],
    queryFn: ({ pageParam, signal }) => {
      const page = pageParam ? { cursor: pageParam } : {};
      return answer(api.POST("/imports.errors", { body: { id, limit: failuresOnPage, ...page }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** What the server would make of the file by these options. */
export function previewQuery(type: ImportType, chosen: ChosenFile | undefined, options: ImportOptions) {
  return queryOptions({
    // Not below "imports": the end of an import changes nothing about it.
    queryKey: ["import-preview", type, chosen?.number, options],
    queryFn: chosen ? ({ signal }: { signal: AbortSignal }) => preview(type, chosen.file, options, signal) : skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // it holds rows of the file
  });
}

function preview(type: ImportType, file: File, options: ImportOptions, signal: AbortSignal): Promise<Preview> {
  const head = file.slice(0, headBytes);
  return explained(file, answer(api.POST("/imports.preview", { ...upload(type, options, head, file.name), signal })));
}

type NewImport = { type: ImportType; file: File; options: ImportOptions; signal: AbortSignal };

/** Sends the file. The import goes on by itself once this has returned. */
export async function createImport({ type, file, options, signal }: NewImport): Promise<Import> {
  const sent = api.POST("/imports.create", { ...upload(type, options, file, file.name), signal });
  return (await explained(file, answer(sent))).import;
}

/** The form of an upload. The file is last, so that the server refuses the rest before it travels. */
function upload(type: ImportType, options: ImportOptions, file: Blob, name: string) {
  const form = new FormData();
  form.append("type", type);
  form.append("options", JSON.stringify(options));
  form.append("file", file, name);
  return { body: { type, options, file: name }, bodySerializer: () => form };
}

/**
 * A browser reports a file that it can no longer read as a lost connection: tell them apart.
 */
async function explained<Body>(file: File, call: Promise<Body>): Promise<Body> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0 || (await isReadable(file))) throw error;
    throw new ApiError(-1, "file_changed", strings.imports.fileChanged, undefined, {});
  }
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export async function cancelImport(id: string): Promise<Import> {
  return (await answer(api.POST("/imports.cancel", { body: { id } }))).import;
}

export async function undoImport(id: string): Promise<Import> {
  return (await answer(api.POST("/imports.undo", { body: { id } }))).import;
}

/** Puts what the server just said about an import in the place of what is known. */
export async function noteImport(client: QueryClient, changed: Import): Promise<void> {
  const { queryKey } = importQuery(changed.id);
  await client.cancelQueries({ queryKey });
  client.setQueryData(queryKey, changed);
  void client.invalidateQueries({ queryKey: importsQuery.queryKey });
}

/** After an import has ended: everything that it may have changed. */
export function refreshRecords(client: QueryClient): Promise<unknown> {
  const keys = ["records", "record", "home", "imports"];
  return Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
}

/** Existing tags whose names contain the text. */
export async function findTags(text: string, signal: AbortSignal): Promise<{ value: string; label: string }[]> {
  const wanted = text.toLocaleLowerCase();
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const body = { limit: 100, sort_by: ["name:asc"], ...(cursor ? { cursor } : {}) };
    const page = await answer(api.POST("/tags.list", { body, signal }));
    found.push(...page.tags.map((tag) => tag.name).filter((name) => name.toLocaleLowerCase().includes(wanted)));
    cursor = page.next_cursor;
  } while (cursor && found.length < maxTagsShown);
  return found.slice(0, maxTagsShown).map((name) => ({ value: name, label: name }));
}

const maxTagsShown = 50;

/** Where the sample file of the type is; the browser downloads it under the session. */
export function sampleHref(type: ImportType): string {
  return `/internal/imports.sample?type=${type}`;
}

/** The same for the rows that an import did not take. */
export function failuresHref(id: string): string {
  return `/internal/imports.errors?id=${encodeURIComponent(id)}&format=csv`;
}
