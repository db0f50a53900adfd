const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dateTimeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const minuteFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const numberFormat = new Intl.NumberFormat();

const millisPerDay = 86_400_000;

/** A calendar date in the reader's own locale and time zone, or "" when the text is no date. */
export function formatDate(iso: string | undefined): string {
  return format(dateFormat, iso);
}

/** The same moment to the second, for tooltips. */
export function formatDateTime(iso: string | undefined): string {
  return format(dateTimeFormat, iso);
}

/** The same moment to the minute, where it stands in a line. */
export function formatMinute(iso: string): string {
  return format(minuteFormat, iso);
}

function format(formatter: Intl.DateTimeFormat, iso: string | undefined): string {
  const time = iso ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(time) ? "" : formatter.format(time);
}

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const nearFormat = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "numeric", minute: "2-digit" });
const thisYearFormat = new Intl.DateTimeFormat(undefined, {
  ...{ month: "short", day: "numeric" },
  ...{ hour: "numeric", minute: "2-digit" },
});
const daysNear = 6;

/** A moment to come, as short as it is clear: "14:00" today, "Mon 9:00" within a week, "Dec 24, 9:00", or the date. */
export function formatMoment(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) return timeFormat.format(at);
  const days = (at.getTime() - now.getTime()) / millisPerDay;
  if (days > 0 && days < daysNear) return nearFormat.format(at);
  return at.getFullYear() === now.getFullYear() ? thisYearFormat.format(at) : dateFormat.format(at);
}

const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
];

/** "in 2 days", "3 hours ago"; beyond a month the date. */
export function formatRelative(iso: string | undefined, now = Date.now()): string {
  let value = (Date.parse(iso ?? "") - now) / 1000;
  if (Number.isNaN(value)) return "";
  for (const [unit, size] of steps) {
    if (Math.abs(value) < size) return relativeFormat.format(Math.round(value), unit);
    value /= size;
  }
  return formatDate(iso);
}

export function formatNumber(value: number): string {
  return numberFormat.format(value);
}

/** A decimal number as an amount of the currency; what is no number is left as it is. */
export function formatMoney(amount: string, currency: string | undefined): string {
  const value = Number(amount);
  if (amount.trim() === "" || Number.isNaN(value)) return amount;
  if (!currency) return formatNumber(value);
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(value);
  } catch {
    return `${formatNumber(value)} ${currency}`; // a currency that the browser does not know
  }
}

/** "1 contact", "2 contacts", "12,345 contacts". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Whole days from now until the moment, rounded up; negative once it has passed. */
export function daysUntil(iso: string, now = Date.now()): number {
  return Math.ceil((Date.parse(iso) - now) / millisPerDay);
}

/** At most two letters that stand for a name: "Ada King Lovelace" gives "AL". */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}][^\s@.]*/gu) ?? [];
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (firstLetter(first) + firstLetter(last)).toLocaleUpperCase();
}

function firstLetter(word: string): string {
  return Array.from(word)[0] ?? "";
}

const sizeUnits = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** "12 kB", "3.4 MB" */
export function formatSize(bytes: number): string {
  const step = bytes > 0 ? Math.min(Math.floor(Math.log(bytes) / Math.log(1000)), sizeUnits.length - 1) : 0;
  const unit = sizeUnits[step] ?? "byte";
  const options = {
    style: "unit",
    unit,
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: 1,
  } as const;
  return new Intl.NumberFormat(undefined, options).format(bytes / 1000 ** step);
}
