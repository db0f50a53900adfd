import { Marked, type Tokens as Marks, type Token } from "marked";
import { Fragment, type ReactNode, useMemo } from "react";
import { displayIdOf, mentionAt, referenceOf } from "@/features/discussion/mention";
import { nameOf, type RecordSummary } from "@/features/merge/merge";
import { RecordLink } from "@/features/record/record-link";
import { strings } from "@/strings";

// Nobody nests deeper by hand, and every level is an element within another.
const deepest = 12;

/** Reads Markdown only: what it finds becomes elements here, so that no HTML is ever made from what people write. */
const reader = new Marked({
  gfm: true,
  breaks: true,
  extensions: [
    {
      name: "mention",
      level: "inline",
      start: (text) => text.indexOf("<don:"),
      tokenizer: (text) => {
        const found = mentionAt(text);
        return found && { type: "mention", ...found };
      },
    },
  ],
});

export type MarkdownProps = { text: string; references?: readonly RecordSummary[] | undefined };

/** A comment's text: a few forms of Markdown, names of records as links, and everything else as it was typed. */
export function Markdown({ text, references = [] }: MarkdownProps) {
  const tokens = useMemo(() => read(text), [text]);
  return (
    <div className="grid gap-2 break-words [overflow-wrap:anywhere]">
      <Tokens tokens={tokens} references={references} depth={0} />
    </div>
  );
}

/** Text that is too much for the reader is shown as it is. */
function read(text: string): Token[] {
  try {
    return reader.lexer(text);
  } catch {
    return [plain(text)];
  }
}

const plain = (text: string): Token => ({ type: "text", raw: text, text });

type TokensProps = { tokens: Token[]; references: readonly RecordSummary[]; depth: number };

function Tokens({ tokens, references, depth }: TokensProps) {
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no names of their own
  return tokens.map((token, at) => <Fragment key={at}>{show(token, references, depth)}</Fragment>);
}

function show(token: Token, references: readonly RecordSummary[], depth: number): ReactNode {
  const inner = (tokens: Token[] | undefined) =>
    tokens && depth < deepest ? <Tokens tokens={tokens} references={references} depth={depth + 1} /> : token.raw;
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "paragraph":
      return <p>{inner(token.tokens)}</p>;
    case "heading":
      return <p className="font-semibold">{inner(token.tokens)}</p>;
    case "blockquote":
      return (
        <blockquote className="grid gap-2 border-line-strong border-l-2 pl-3 text-ink-2">
          {inner(token.tokens)}
        </blockquote>
      );
    case "list":
      return <List list={token as Marks.List} inner={inner} />;
    case "code":
      return (
        <pre className="whitespace-pre-wrap rounded-lg bg-sunken px-3 py-2 text-[0.8125rem]">
          <code>{token.text}</code>
        </pre>
      );
    case "hr":
      return <hr className="border-line" />;
    case "text":
    case "escape":
      return "tokens" in token && token.tokens ? inner(token.tokens) : token.text;
    case "strong":
      return <strong className="font-semibold">{inner(token.tokens)}</strong>;
    case "em":
      return <em>{inner(token.tokens)}</em>;
    case "del":
      return <del>{inner(token.tokens)}</del>;
    case "codespan":
      return <code className="rounded bg-sunken px-1 py-px text-[0.8125rem]">{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Anchor href={token.href}>{inner(token.tokens)}</Anchor>;
    case "mention":
      return <MentionLink id={token.id} record={referenceOf(references, token.id)} />;
    default: // HTML, tables and pictures are not taken: they are shown as they were typed
      return <span className="whitespace-pre-wrap">{token.raw}</span>;
  }
}

type ListProps = { list: Marks.List; inner: (tokens: Token[]) => ReactNode };

function List({ list, inner }: ListProps) {
  const items = list.items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items have no names of their own
    <li key={at}>{inner(item.tokens)}</li>
  ));
  if (!list.ordered) return <ul className="grid list-disc gap-0.5 pl-5">{items}</ul>;
  return (
    <ol start={Number(list.start) || 1} className="grid list-decimal gap-0.5 pl-5">
      {items}
    </ol>
  );
}

function Anchor({ href, children }: { href: string; children: ReactNode }) {
  if (!isSafe(href)) return children;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="text-brand underline underline-offset-2 hover:text-brand-hover"
    >
      {children}
    </a>
  );
}

/** Whether a link leads to the web or to mail; everything else may run something. */
function isSafe(href: string): boolean {
  return URL.canParse(href) && ["http:", "https:", "mailto:"].includes(new URL(href).protocol);
}

function MentionLink({ id, record }: { id: string; record: RecordSummary | undefined }) {
  const displayId = displayIdOf(id);
  if (displayId) return <RecordLink id={displayId}>{displayId}</RecordLink>;
  if (!record) return <span className="text-ink-3">{strings.discussion.someone}</span>;
  return (
    <span className="rounded bg-brand-soft px-1 py-px text-brand">
      <RecordLink id={record.display_id}>@{nameOf(record)}</RecordLink>
    </span>
  );
}
