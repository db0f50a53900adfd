import { writeSync } from "node:fs";
import path from "node:path";

const stdout = 1;
const reasonLength = 400;
const sightLength = 250;
/** With more failures than this, what was on the screen is left out, so that all stay within the last lines. */
const fewFailures = 5;

/**
 * A reporter beside another one: when all is said, it names each step that failed by itself, in a few lines, so that the
 * end of a long output tells what to look at. Steps that were not walked for want of an earlier one are counted.
 */
export default async function* summary(source) {
  const failures = [];
  const complaints = new Map();
  let unwalked = 0;
  let told = [];
  for await (const { type, data } of source) {
    if (type === "test:stderr") complaints.set(data.file, `${complaints.get(data.file) ?? ""}${data.message}`);
    if (type === "test:fail" && isUnwalked(data)) unwalked++;
    else if (type === "test:fail" && kindOf(data) !== "subtestsFailed") told.push(data);
    // A step is declared by a helper, so only its story, which is told after it, knows the file.
    if ((type === "test:fail" || type === "test:pass") && data.nesting === 0) {
      failures.push(...told.map((failure) => blameOf(failure, data, complaints)));
      told = [];
    }
  }
  // After whatever the other reporter says at its end.
  if (failures.length + unwalked > 0) process.once("exit", () => writeSync(stdout, textOf(failures, unwalked)));
}

function blameOf(failure, story, complaints) {
  const file = path.basename(story.file ?? story.name);
  // A file that cannot be loaded fails as a whole, and said why on the way.
  const isFile = failure === story && failure.name.endsWith(file);
  const message = isFile ? (complaints.get(failure.file) ?? messageOf(failure)) : messageOf(failure);
  const [reason, sight = ""] = message.split(/\n(?=page: )/);
  const title = isFile ? file : `${file}: ${failure.name}${failure === story ? "" : ` (${story.name})`}`;
  return { title, reason: short(reason, reasonLength), sight: short(sight, sightLength) };
}

function textOf(failures, unwalked) {
  const lines = failures.flatMap(({ title, reason, sight }) => [
    `✖ ${title}`,
    `  ${reason}`,
    ...(sight && failures.length <= fewFailures ? [`  ${sight}`] : []),
  ]);
  const rest = unwalked > 0 ? [`  steps after them that were not walked: ${unwalked}`] : [];
  return `\nfailed by themselves: ${failures.length}\n${[...lines, ...rest].join("\n")}\n`;
}

function isUnwalked(data) {
  return kindOf(data) === "cancelledByParent" || messageOf(data).startsWith("not walked");
}

function kindOf({ details }) {
  return details?.error?.failureType;
}

function messageOf({ details }) {
  const { cause, message } = details?.error ?? {};
  return String(cause?.message ?? cause ?? message ?? "");
}

/** On one line, without the colours of Playwright's messages. */
function short(text, length) {
  const line = text.replaceAll(/\u001b\[\d+m/g, "").replaceAll(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
