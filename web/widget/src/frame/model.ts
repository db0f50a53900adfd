import type { Conversation, Entry, User } from "./api";
import type { Marks } from "./session";

export type Thread = {
  entries: Map<string, Entry>;
  /** Whether the latest page was read, and where the one before it is. */
  isLoaded: boolean;
  earlier?: string;
};

/** The conversations of whoever is there, as far as they are known here. */
export class Model {
  readonly conversations = new Map<string, Conversation>();
  readonly #threads = new Map<string, Thread>();
  more: string | undefined;

  constructor(
    private readonly marks: Marks,
    private readonly self: () => User | undefined,
  ) {}

  thread(conversation: string): Thread {
    let thread = this.#threads.get(conversation);
    if (!thread) {
      thread = { entries: new Map(), isLoaded: false };
      this.#threads.set(conversation, thread);
    }
    return thread;
  }

  /** What was said, the oldest first. */
  entries(conversation: string): Entry[] {
    return [...this.thread(conversation).entries.values()].sort(
      (a, b) => a.created_date.localeCompare(b.created_date) || a.id.length - b.id.length || a.id.localeCompare(b.id),
    );
  }

  /** The latest first. */
  list(): Conversation[] {
    return [...this.conversations.values()].sort((a, b) => lastOf(b).localeCompare(lastOf(a)));
  }

  put(conversation: Conversation): void {
    this.conversations.set(conversation.id, conversation);
    for (const entry of conversation.messages ?? []) this.say(entry);
  }

  drop(conversation: string): void {
    this.conversations.delete(conversation);
    this.#threads.delete(conversation);
  }

  /** Takes in a message; others that customers are shown no part of are left out. */
  say(entry: Entry): void {
    if (entry.type !== "timeline_comment" || entry.body_type === "data") return;
    if (entry.visibility !== "external" && entry.visibility !== "public") return;
    this.thread(entry.object).entries.set(entry.id, entry);
    const conversation = this.conversations.get(entry.object);
    if (conversation && entry.created_date > lastOf(conversation))
      conversation.last_external_message_date = entry.created_date;
  }

  isMine(entry: Entry): boolean {
    const { created_by } = entry;
    if (created_by?.type !== "rev_user") return false;
    if (created_by.id === this.self()?.id) return true;
    // What was written before two records became one bears the id of then.
    const members = this.conversations.get(entry.object)?.members ?? [];
    return members.filter(({ type }) => type === "rev_user").length <= 1;
  }

  /** Marks everything that was said as read. */
  read(conversation: string): void {
    const last = this.entries(conversation).at(-1)?.created_date;
    if (last) this.marks.set(conversation, last);
  }

  /** How many answers nobody has read: those after the mark, and after what the customer said last. */
  unread(conversation: string): number {
    const entries = this.entries(conversation);
    const mine = entries.findLast((entry) => this.isMine(entry))?.created_date ?? "";
    const since = [mine, this.marks.get(conversation)].sort().at(-1) ?? "";
    return entries.filter(
      (entry) => entry.created_date > since && !entry.is_deleted && entry.created_by?.type !== "rev_user",
    ).length;
  }

  allUnread(): number {
    return [...this.conversations.keys()].reduce((sum, id) => sum + this.unread(id), 0);
  }

  /** Whether something may have been said since the mark that is not known here. */
  isBehind(conversation: Conversation): boolean {
    const known = this.entries(conversation.id).at(-1)?.created_date ?? "";
    return lastOf(conversation) > known && lastOf(conversation) > this.marks.get(conversation.id);
  }

  clear(): void {
    this.conversations.clear();
    this.#threads.clear();
    this.more = undefined;
  }
}

export function lastOf(conversation: Conversation): string {
  return conversation.last_external_message_date ?? conversation.created_date;
}

/** What a conversation is called that begins with a message: its first line that says something. */
export function titleOf(body: string): string {
  const line = body.split("\n").find((each) => /[\p{L}\p{N}]/u.test(each)) ?? "";
  const plain = line.replace(/[*_`#>~]/g, "").trim();
  return plain.length > 80 ? `${[...plain].slice(0, 79).join("")}…` : plain;
}

/** When something was: the time today, else the day. */
export function when(date: string, now = new Date()): string {
  const then = new Date(date);
  if (Number.isNaN(then.getTime())) return "";
  const isToday = then.toDateString() === now.toDateString();
  const isThisYear = then.getFullYear() === now.getFullYear();
  const day: Intl.DateTimeFormatOptions = {
    day: "numeric",
    month: "short",
    ...(!isThisYear && { year: "numeric" as const }),
  };
  return new Intl.DateTimeFormat(undefined, isToday ? { hour: "numeric", minute: "2-digit" } : day).format(then);
}

export function exactly(date: string): string {
  const then = new Date(date);
  if (Number.isNaN(then.getTime())) return "";
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(then);
}
