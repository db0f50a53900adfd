import { decodeMentions } from "@/features/discussion/mention";
import type { TimelineEntry } from "@/features/discussion/timeline";
import { strings } from "@/strings";

/** A message on one line: names in place of ids, and without the marks of Markdown. */
export function snippetOf({ body = "", references, is_deleted }: TimelineEntry): string {
  if (is_deleted) return strings.discussion.deleted;
  return plain(decodeMentions(body, references).text);
}

/** Text without line breaks and the marks of Markdown. */
export function plain(text: string): string {
  return text
    .slice(0, 400)
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/^[ \t]*(?:>|#{1,6})[ \t]+/gm, "")
    .replaceAll(/\*+|__|`+|~~/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
