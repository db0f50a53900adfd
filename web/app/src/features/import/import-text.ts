import { asSentence } from "@/api/client";
import { type Import, type ImportProgress, importedRows, type PreviewField } from "@/features/import/import";
import { formatNumber, plural } from "@/lib/format";
import type { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.imports;

/** What a person calls a field. The API's own name tells fields of the org's own making apart. */
export function fieldLabel(name: string): string {
  const known = words.fields[name];
  if (known) return known;
  const bare = name.replace(/^.*__/, "").replaceAll("_", " ");
  return `${bare.charAt(0).toLocaleUpperCase()}${bare.slice(1)} (${name})`;
}

export function fieldOption(field: PreviewField): string {
  return field.required ? words.mandatory(fieldLabel(field.name)) : fieldLabel(field.name);
}

const outcomes = ["created", "updated", "unchanged", "repeated", "skipped", "failed"] as const;
const undoOutcomes = ["removed", "restored", "left"] as const;

export type Outcome = { what: (typeof outcomes)[number] | (typeof undoOutcomes)[number]; text: string };

/** How many rows came to which end, without those that none came to. After an undo: what became of the records. */
export function outcomesOf({ progress, state, options }: Import): Outcome[] {
  const kinds = state === "undoing" || state === "undone" ? undoOutcomes : outcomes;
  const names = options.dry_run ? { ...words.outcomes, ...words.checkOutcomes } : words.outcomes;
  return kinds.flatMap((what) => {
    const count = progress[what];
    return count ? [{ what, text: words.count(formatNumber(count), names[what]) }] : [];
  });
}

/** "1 error", "12 errors" */
function errorCount(progress: ImportProgress): string {
  return plural(progress.failed, words.error, words.errorsPlural);
}

type Message = Pick<Parameters<typeof toast>[0], "tone" | "title" | "detail">;

/** What to say when an import has ended. */
export function endMessage(ended: Import): Message {
  const { progress, file_name: name } = ended;
  const imported = formatNumber(importedRows(progress));
  const detail = outcomesOf(ended)
    .filter(({ what }) => what !== "failed")
    .map(({ text }) => text)
    .join(", ");
  if (ended.state === "failed") {
    return { tone: "danger", title: words.failedTitle(name), detail: ended.error && asSentence(ended.error) };
  }
  if (ended.state === "undone") return { tone: "success", title: words.undoneTitle(name), detail };
  if (ended.state === "cancelled") {
    const title = ended.options.dry_run ? words.checkCancelledTitle(name) : words.cancelledTitle(name, imported);
    return { tone: "info", title, detail };
  }
  const result = ended.options.dry_run ? words.wouldResult : words.result;
  const title = result(imported, errorCount(progress));
  return { tone: toneOf(progress), title, detail: detail ? `${name}: ${detail}` : name };
}

function toneOf(progress: ImportProgress): Message["tone"] {
  if (progress.failed === 0) return "success";
  return importedRows(progress) === 0 ? "danger" : "info";
}
