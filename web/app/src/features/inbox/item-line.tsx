import { RelativeTime } from "@/components/relative-time";
import { plain, snippetOf } from "@/features/discussion/snippet";
import { customersOf, type Item } from "@/features/inbox/item";
import { useLastMessage } from "@/features/inbox/items";
import { nameOf } from "@/features/merge/merge";
import { strings } from "@/strings";

/** Beneath a title, what was said last; of a ticket, how its text begins. */
export function Snippet({ item }: { item: Item }) {
  return item.found ? <FoundText html={item.found} /> : <LastSaid item={item} />;
}

/** What a search found, with the words that fit. The server escapes it, and marks them with em. */
function FoundText({ html }: { html: string }) {
  const parts = html.split(/<em>(.*?)<\/em>/);
  return (
    <span className="block min-h-5 truncate text-ink-3">
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
          <mark key={index} className="rounded-sm bg-brand-soft text-ink">
            {unescaped(part)}
          </mark>
        ) : (
          unescaped(part)
        ),
      )}
    </span>
  );
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'" };

/** The text without the marks of bold and code, which an excerpt may have halves of. */
function unescaped(text: string): string {
  return text
    .replaceAll(/&(amp|lt|gt|#34|#39);/g, (_, name: string) => entities[name] ?? "")
    .replaceAll(/\*\*|__|`/g, "");
}

function LastSaid({ item }: { item: Item }) {
  const found = useLastMessage(item);
  const message = item.type === "ticket" ? null : found;
  const text = message ? snippetOf(message) : plain(item.body);
  // The place is kept while the message is on its way.
  if (!text && message !== undefined) return null;
  const author = message?.created_by;
  return (
    <span className="block min-h-5 truncate text-ink-3">
      {author && author.type !== "rev_user" && `${nameOf(author)}: `}
      {text}
    </span>
  );
}

/** What a screen reader is told of bold lines, and how many messages they stand for. */
export function UnreadMark({ item: { unread } }: { item: Item }) {
  if (unread === 0) return null;
  return (
    <>
      <span className="sr-only">{strings.inbox.unreadMessages(unread)}: </span>
      <span
        aria-hidden
        className="mr-1.5 inline-block min-w-4.5 rounded-full bg-brand px-1 text-center font-semibold text-[0.6875rem] text-brand-ink leading-4.5 tabular-nums"
      >
        {unread > 99 ? "99+" : unread}
      </span>
    </>
  );
}

/** The customer's name and company. */
export function CustomerLine({ item }: { item: Item }) {
  const [customer] = customersOf(item);
  const place = item.account ?? item.workspace;
  const name = customer ? nameOf(customer) : undefined;
  const company = place?.display_name ?? place?.display_id;
  return (
    <span className="block truncate" title={[name, company].filter(Boolean).join(", ")}>
      {name ?? company ?? strings.inbox.noCustomer}
      {name && company && <span className="text-ink-3"> · {company}</span>}
    </span>
  );
}

export function Active({ item }: { item: Item }) {
  return (
    <span className="text-ink-3 text-xs tabular-nums">
      <RelativeTime iso={item.active} />
    </span>
  );
}
