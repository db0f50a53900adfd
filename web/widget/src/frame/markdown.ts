import { h } from "./dom";

/**
 * The part of Markdown that messages are written in, made of elements and texts alone: whatever looks like HTML is
 * text, and links lead to web pages and mail addresses only.
 *
 * @param nameOf what a record that is named by its id is called
 */
export function markdown(text: string, nameOf: (id: string) => string | undefined = () => undefined): DocumentFragment {
  const out = document.createDocumentFragment();
  const lines = text.replace(/\r\n?/g, "\n").slice(0, maxLength).split("\n");
  for (let at = 0; at < lines.length; ) at += block(out, lines, at, nameOf);
  return out;
}

const maxLength = 70_000;
const bullet = /^ {0,3}[-*+] +(\S.*)$/;
const numbered = /^ {0,3}(\d{1,9})[.)] +(\S.*)$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const quoted = /^ {0,3}> ?(.*)$/;

type NameOf = (id: string) => string | undefined;

/** Adds the block that begins at a line, and returns how many lines it has. */
function block(out: Node, lines: string[], at: number, nameOf: NameOf): number {
  const first = lines[at] ?? "";
  if (first.trim() === "") return 1;
  const opens = fence.exec(first)?.[1];
  if (opens) {
    const end = lines.findIndex((line, n) => n > at && line.trim().startsWith(opens));
    const inside = lines.slice(at + 1, end < 0 ? undefined : end);
    out.appendChild(h("pre", { tabindex: 0 }, h("code", {}, inside.join("\n"))));
    return inside.length + (end < 0 ? 1 : 2);
  }
  for (const [pattern, tag] of [
    [bullet, "ul"],
    [numbered, "ol"],
    [quoted, "blockquote"],
  ] as const) {
    const found = run(lines, at, (line) => pattern.test(line));
    if (found.length === 0) continue;
    const list = h(tag, (tag === "ol" && { start: numbered.exec(first)?.[1] }) || {});
    for (const [n, line] of found.entries()) {
      const inside = pattern.exec(line)?.at(-1) ?? "";
      if (tag !== "blockquote") list.append(h("li", {}, inline(inside, nameOf)));
      else list.append(n > 0 ? h("br") : "", inline(inside, nameOf));
    }
    out.appendChild(list);
    return found.length;
  }
  const paragraph = run(
    lines,
    at,
    (line) => line.trim() !== "" && ![bullet, numbered, fence, quoted].some((each) => each.test(line)),
  );
  const element = h("p");
  for (const [n, line] of paragraph.entries()) {
    const heading = /^#{1,6} +(.*)$/.exec(line)?.[1];
    element.append(
      n > 0 ? h("br") : "",
      heading ? h("strong", {}, inline(heading, nameOf)) : inline(line.trimEnd(), nameOf),
    );
  }
  out.appendChild(element);
  return paragraph.length;
}

function run(lines: string[], from: number, test: (line: string) => boolean): string[] {
  let to = from;
  while (to < lines.length && test(lines[to] ?? "")) to++;
  return lines.slice(from, to);
}

// In order of what binds first. Every repetition is of one class of characters, so that no text takes long.
export const tokens = new RegExp(
  [
    "\\\\([\\\\`*_{}\\[\\]()#+\\-.!~<>])", // 1 escaped
    "`([^`]+)`", // 2 code
    "\\[([^\\[\\]]+)\\]\\(([^\\s()<>]+(?:\\([^\\s()<>]*\\)[^\\s()<>]*)?)\\)", // 3, 4 link
    "<(don:[^<>\\s]+)>", // 5 record
    "<((?:https?|mailto):[^<>\\s]+)>", // 6 address
    '(https?:\\/\\/[^\\s<>"]+)', // 7 bare address
    "\\*\\*(?=\\S)([^*]+)\\*\\*|__(?=\\S)([^_]+)__", // 8, 9 bold
    "\\*(?=\\S)([^*]+)\\*|(?<![\\p{L}\\p{N}_])_(?=\\S)([^_]+)_(?![\\p{L}\\p{N}_])", // 10, 11 italic
    "~~(?=\\S)([^~]+)~~", // 12 struck
  ].join("|"),
  "gu",
);

function inline(text: string, nameOf: NameOf, depth = 0): DocumentFragment {
  const out = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(tokens)) {
    const [all, escaped, code, label, target, record, address, bare, bold, bold2, italic, italic2, struck] = found;
    if (depth > 4) break;
    if (found.index > done) out.append(text.slice(done, found.index));
    done = found.index + all.length;
    const strong = bold ?? bold2;
    const slanted = italic ?? italic2;
    if (escaped !== undefined) out.append(escaped);
    else if (code !== undefined) out.append(h("code", {}, code));
    else if (label !== undefined) out.append(link(target ?? "", inline(label, nameOf, depth + 1), all));
    else if (record !== undefined) out.append(mention(record, nameOf));
    else if (address !== undefined) out.append(link(address, address.replace(/^mailto:/, ""), all));
    else if (bare !== undefined) {
      const clean = trimmed(bare);
      out.append(link(clean, clean, clean), bare.slice(clean.length));
    } else if (strong !== undefined) out.append(h("strong", {}, inline(strong, nameOf, depth + 1)));
    else if (slanted !== undefined) out.append(h("em", {}, inline(slanted, nameOf, depth + 1)));
    else if (struck !== undefined) out.append(h("s", {}, inline(struck, nameOf, depth + 1)));
  }
  if (done < text.length) out.append(text.slice(done));
  return out;
}

/** A link if it leads where links may, else the text as it was written. */
function link(target: string, label: Node | string, written: string): Node | string {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    return written;
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return written;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

function mention(id: string, nameOf: NameOf): Node {
  return h("span", { class: "mention" }, nameOf(id) ?? id.split(":").at(-1)?.replace("/", "-").toUpperCase() ?? id);
}

/** What ends a sentence is not part of the address before it, nor is a bracket that it does not open. */
function trimmed(address: string): string {
  const isOpened = address.includes("(");
  let end = address.length;
  while (end > 0 && (".,;:!?'*_~".includes(address[end - 1] ?? "") || (address[end - 1] === ")" && !isOpened))) end--;
  return address.slice(0, end);
}
