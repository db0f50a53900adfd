import { strings } from "@/strings";

const words = strings.inbox.snooze;

/** When a day begins at work. */
const morning = 9;
const fewHours = 3;

export type Preset = { label: string; until: Date };

/** What is chosen most often, by the clock and calendar of the reader. */
export function presets(now: Date): Preset[] {
  const tomorrow = morningIn(now, 1);
  const monday = morningIn(now, (8 - now.getDay()) % 7 || 7);
  const out = [
    { label: words.hours(fewHours), until: new Date(now.getTime() + fewHours * 3_600_000) },
    { label: words.tomorrow, until: tomorrow },
  ];
  // On Sundays it is the same.
  if (monday.getTime() !== tomorrow.getTime()) out.push({ label: words.monday, until: monday });
  return out;
}

/** The morning so many days ahead. Where clocks change in between it is in the morning still. */
function morningIn(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morning);
}

/** The value of a field for date and time: the reader's own time, without a zone. */
export function localValue(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The latest time until which something can be put off: a year ahead. */
export function latest(now: Date): Date {
  return new Date(now.getFullYear() + 1, now.getMonth(), now.getDate(), now.getHours(), now.getMinutes());
}

/** What is wrong with the value of such a field, or nothing. */
export function problemOf(value: string, now: Date): string | undefined {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return words.missing;
  if (at <= now) return words.past;
  return at > latest(now) ? words.tooFar : undefined;
}
