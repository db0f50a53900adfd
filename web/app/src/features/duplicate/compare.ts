import type { EvidenceField, KnownPair, RevUser } from "@/features/duplicate/duplicate";
import { type Identifier, kindLabel } from "@/features/identity/identity";
import { fieldLabel, nameOf } from "@/features/merge/merge";
import { formatDate } from "@/lib/format";
import { strings } from "@/strings";

export type Agreement = "equal" | "similar" | "different" | "single";

export type ComparedRow = {
  key: string;
  label: string;
  values: [string[], string[]];
  /** Absent for what tells nothing about who it is, such as the date of creation. */
  agreement?: Agreement | undefined;
};

const text = strings.duplicates;

/** What two contacts have, field by field, and how far it agrees. Fields that both lack are left out. */
export function compareContacts({ rev_users, identifiers, evidence }: KnownPair): ComparedRow[] {
  const [one, other] = rev_users;
  if (!one || !other) return [];
  const sides: [Side, Side] = [side(one, identifiers[0] ?? []), side(other, identifiers[1] ?? [])];
  const keys = [...new Set([...sides[0].keys(), ...sides[1].keys()])].sort((a, b) => place(a) - place(b));
  return keys.map((key) => {
    const values: [string[], string[]] = [sides[0].get(key) ?? [], sides[1].get(key) ?? []];
    const weighed = (evidence?.fields ?? []).filter(({ field }) => field === key || field.startsWith(`${key} (`));
    return { key, label: labelOf(key), values, agreement: agreementOf(key, values, weighed) };
  });
}

type Side = Map<string, string[]>;

const order = ["name", "full_name", "email", "phone", "external_ref", "account", "description"];
const last = ["owned_by", "tags", "verified", "created"];
/** They say nothing about whether two are one. */
const neutral = ["owned_by", "tags", "verified", "created"];

function place(key: string): number {
  if (order.includes(key)) return order.indexOf(key);
  return last.includes(key) ? 1000 + last.indexOf(key) : 100;
}

function labelOf(key: string): string {
  if (key.startsWith("custom ")) return fieldLabel(key.slice("custom ".length));
  return text.fields[key] ?? kindLabel(key);
}

function side(contact: RevUser, identifiers: Identifier[]): Side {
  const values: Side = new Map();
  const add = (key: string, value: string | undefined) => {
    if (value) values.set(key, [...(values.get(key) ?? []), value]);
  };
  add("name", contact.display_name);
  if (contact.full_name !== contact.display_name) add("full_name", contact.full_name);
  for (const { kind, value } of identifiers) add(kind, value);
  add("account", contact.rev_org?.display_name);
  add("description", contact.description);
  for (const [name, value] of Object.entries(contact.custom_fields ?? {})) {
    if (value !== null && value !== "")
      add(`custom ${name}`, typeof value === "string" ? value : JSON.stringify(value));
  }
  for (const owner of contact.owned_by) add("owned_by", nameOf(owner));
  for (const { tag, value } of contact.tags ?? []) add("tags", value ? `${tag.name}: ${value}` : tag.name);
  add("verified", contact.is_verified ? text.compare.verified : text.compare.unverified);
  add("created", formatDate(contact.created_date));
  return values;
}

/** What the search found of a field counts; where it did not compare, whether the values are the same. */
function agreementOf(key: string, values: [string[], string[]], weighed: EvidenceField[]): Agreement | undefined {
  if (neutral.includes(key)) return undefined;
  if (values.some((list) => list.length === 0)) return "single";
  const found = weighed.map(levelOf).filter((agreement) => agreement !== undefined);
  if (found.length > 0) return worst(found);
  const [one, other] = values.map((list) => new Set(list.map((value) => value.toLowerCase())));
  if (!one || !other) return undefined;
  const common = [...one].filter((value) => other.has(value)).length;
  if (common === 0) return "different";
  return common === one.size && common === other.size ? "equal" : "similar";
}

/** The server's level of agreement in three words; nothing when a side did not say. */
export function levelOf({ level, bits }: Pick<EvidenceField, "level" | "bits">): Agreement | undefined {
  if (level === "not said") return undefined;
  if (level === "same") return "equal";
  return bits > 0 ? "similar" : "different";
}

function worst(found: Agreement[]): Agreement | undefined {
  return (["different", "similar", "equal"] as const).find((agreement) => found.includes(agreement));
}

/** A text in pieces, of which one is what another text has not. */
export type Piece = { text: string; differs: boolean };

/** What lies between the common beginning and the common end of two texts. */
export function differing(value: string, other: string): Piece[] {
  const [a, b] = [Array.from(value), Array.from(other)];
  const limit = Math.min(a.length, b.length);
  let start = 0;
  while (start < limit && a[start] === b[start]) start++;
  let end = 0;
  while (end < limit - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const cut = [a.slice(0, start), a.slice(start, a.length - end), a.slice(a.length - end)];
  return cut.map((chars, at) => ({ text: chars.join(""), differs: at === 1 })).filter((piece) => piece.text !== "");
}
