import type { TagWithValue } from "@/api/types";
import type { RecordField } from "@/features/record/field";
import { TagChips } from "@/features/record/marks";
import type { AnyRecord } from "@/features/record/record";
import { fieldValueOf, isEmpty } from "@/features/record/value";
import { formatDate, formatDateTime, formatNumber } from "@/lib/format";
import { strings } from "@/strings";

type FieldValueProps = {
  record: AnyRecord;
  field: RecordField;
  /** On one line, cut where it ends; otherwise whole. */
  short?: boolean;
};

/** A field's value for reading. */
export function FieldValue({ record, field, short = false }: FieldValueProps) {
  const value = fieldValueOf(record, field);
  if (isEmpty(value)) return <span className="sr-only">{strings.common.none}</span>;
  if (field.kind === "tag" && !field.custom) {
    const tags = value as TagWithValue[];
    return <TagChips tags={tags} shown={short ? 2 : tags.length} />;
  }
  const texts = (Array.isArray(value) ? value : [value]).map((one) => textOfValue(field, one));
  if (short) return <Line texts={texts} title={titleOf(field, value, texts)} />;
  return <Whole field={field} texts={texts} />;
}

function Line({ texts, title }: { texts: string[]; title: string }) {
  return (
    <span className="flex min-w-0 gap-1 tabular-nums" title={title}>
      <span className="truncate">{texts[0]}</span>
      {texts.length > 1 && <span className="text-ink-3">+{texts.length - 1}</span>}
    </span>
  );
}

function Whole({ field, texts }: { field: RecordField; texts: string[] }) {
  return (
    <span className="grid min-w-0 gap-0.5 tabular-nums">
      {texts.map((text) => {
        const href = hrefOf(field, text);
        return href ? (
          <a
            key={text}
            href={href}
            rel="noreferrer noopener"
            target={href.startsWith("http") ? "_blank" : undefined}
            className="break-words text-brand underline-offset-2 hover:underline"
          >
            {text}
          </a>
        ) : (
          <span key={text} className="whitespace-pre-wrap break-words">
            {text}
          </span>
        );
      })}
    </span>
  );
}

/** Where a value leads: mail, phone, and web addresses, which values of users may only be with http or https. */
function hrefOf(field: RecordField, text: string): string | undefined {
  if (field.name === "email" || field.format === "email") return `mailto:${text}`;
  if (field.name === "phone_numbers" || field.format === "phone") return `tel:${text}`;
  if ((field.name === "websites" || field.format === "url") && /^https?:\/\//i.test(text)) return text;
  return undefined;
}

function titleOf(field: RecordField, value: unknown, texts: string[]): string {
  return field.kind === "timestamp" && typeof value === "string" ? formatDateTime(value) : texts.join("\n");
}

/** One value as text. */
export function textOfValue(field: RecordField, value: unknown): string {
  if (typeof value === "boolean") return value ? strings.records.yes : strings.records.no;
  if (typeof value === "number") return field.unit ? `${formatNumber(value)} ${field.unit}` : formatNumber(value);
  if (typeof value === "string") {
    if (field.byValue) return field.choices.find((choice) => choice.value === value)?.label ?? value;
    if (field.kind === "timestamp") return formatDate(value);
    // A day has no time zone: read as UTC it would be the day before in the west.
    return field.kind === "date" ? formatDate(`${value}T00:00:00`) : value;
  }
  if (typeof value === "object" && value !== null) {
    const { display_name, label, display_id } = value as Record<string, unknown>;
    for (const name of [display_name, label, display_id]) if (typeof name === "string" && name) return name;
  }
  return JSON.stringify(value);
}
