import { ApiError, type File as Artifact, send } from "./api";
import { h, icon } from "./dom";
import type { Session } from "./session";
import { words } from "./strings";

const uploadMillis = 10 * 60_000;

/** Uploads a file and returns its id. */
export async function upload(session: Session, file: File): Promise<string> {
  const type = { ...(file.type && { file_type: file.type }) };
  const prepared = await session.call<{ id: string; url: string; form_data: { key: string; value: string }[] }>(
    "artifacts.prepare",
    {
      file_name: file.name,
      ...type,
    },
  );
  const form = new FormData();
  for (const { key, value } of prepared.form_data) form.append(key, value);
  form.append("file", file, file.name);
  await send(own(prepared.url), { method: "POST", body: form, signal: AbortSignal.timeout(uploadMillis) });
  return prepared.id;
}

/** A file of a message: a picture, or its name to download it by. */
export function fileView(session: Session, { id, file = {} }: Artifact): HTMLElement {
  const name = file.name ?? id;
  const locate = async () => own((await session.call<{ url: string }>("artifacts.locate", { id })).url);
  const row = h(
    "button",
    {
      type: "button",
      class: "file",
      "aria-label": words.download(name),
      click: () =>
        void locate().then(
          (url) => h("a", { href: url, download: name, target: "_blank" }).click(),
          () => undefined,
        ),
    },
    icon("file"),
    h("span", { class: "name" }, name),
    file.size !== undefined && h("span", { class: "size" }, sizeOf(file.size)),
  );
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type ?? "")) {
    void locate().then(
      (url) =>
        row.prepend(
          h("img", { src: url, alt: "", loading: "lazy", error: ({ target }) => (target as Element).remove() }),
        ),
      () => undefined,
    );
  }
  return row;
}

/** Files come from the same server as the frame, by whatever name that is known. */
function own(url: string): string {
  try {
    const { pathname, search } = new URL(url, location.origin);
    return pathname + search;
  } catch {
    throw new ApiError(0, "unreachable", "no address");
  }
}

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const isSmall = bytes < 1_000_000;
  return `${(bytes / (isSmall ? 1_000 : 1_000_000)).toFixed(isSmall ? 0 : 1)} ${isSmall ? "kB" : "MB"}`;
}
