import { nameOf, type RecordSummary } from "@/features/merge/merge";

/** How a comment's Markdown names a record. */
const mentionPattern = /<(don:[a-z]+:[^:<>\s]+:devo\/[^:<>\s]+:[a-z_]+\/[0-9A-Za-z]+)>/;

/** What a person sees of a mention while writing: @Name, and the record that it stands for. */
export type Mention = { name: string; id: string };

/** The id at the very beginning of the text. */
export function mentionAt(text: string): { raw: string; id: string } | undefined {
  const found = mentionPattern.exec(text);
  return found?.index === 0 ? { raw: found[0], id: found[1] ?? "" } : undefined;
}

/** The record with the id. Only the end of an id counts: no text can name another organisation's record. */
export function referenceOf(references: readonly RecordSummary[], id: string): RecordSummary | undefined {
  return references.find((record) => tailOf(record.id) === tailOf(id));
}

const prefixes: Record<string, string> = { conversation: "CONV", ticket: "TKT" };

/** The display id of a conversation or ticket, which go by it: they have no names that are sent along. */
export function displayIdOf(id: string): string | undefined {
  const [type = "", n = ""] = tailOf(id).split("/").slice(-2);
  const prefix = prefixes[type];
  return prefix && `${prefix}-${n}`;
}

function tailOf(id: string): string {
  return id.slice(id.lastIndexOf(":") + 1);
}

/** The text as it is sent: names that were chosen become ids. The longest go first, or Ann would take from Ann Lee. */
export function encodeMentions(text: string, mentions: readonly Mention[]): string {
  const longestFirst = mentions.toSorted((a, b) => b.name.length - a.name.length);
  return longestFirst.reduce((all, { name, id }) => all.replaceAll(`@${name}`, `<${id}>`), text);
}

/** A comment's text for editing: what is known goes by its name, the rest stays an id. */
export function decodeMentions(body: string, references: readonly RecordSummary[] = []) {
  const mentions: Mention[] = [];
  const text = body.replaceAll(new RegExp(mentionPattern, "g"), (raw, id: string) => {
    const record = referenceOf(references, id);
    if (!record) return raw;
    return `@${addMention(mentions, id, nameOf(record), record.display_id)}`;
  });
  return { text, mentions };
}

/** Keeps a mention and returns what it is called: two of one name are told apart by their display ids. */
export function addMention(mentions: Mention[], id: string, name: string, displayId: string): string {
  const taken = mentions.some((other) => other.name === name && other.id !== id);
  const called = taken ? `${name} ${displayId}` : name;
  if (!mentions.some((other) => other.name === called)) mentions.push({ name: called, id });
  return called;
}

/** The word after an @ in front of the caret, while it is being typed. */
export function mentionBefore(text: string, caret: number, mentions: readonly Mention[]): string | undefined {
  const typed = /(?:^|[\s(])@([^\s@]{0,40})$/.exec(text.slice(0, caret))?.[1];
  return mentions.some(({ name }) => name === typed) ? undefined : typed;
}
