import {
  AtSign,
  Banknote,
  Binary,
  Braces,
  CalendarClock,
  CalendarDays,
  CaseSensitive,
  CircleDot,
  Hash,
  Link2,
  ListOrdered,
  type LucideIcon,
  Phone,
  Shapes,
  SquareCheck,
  Star,
  Text,
  Type,
  UserRound,
} from "lucide-react";
import type { SchemaField } from "@/api/types";
import { strings } from "@/strings";

const words = strings.customization.types;

/** The types of values that the server has, in the order in which they are offered. */
export const valueTypes = [
  "text",
  "rich_text",
  "tokens",
  "enum",
  "uenum",
  "bool",
  "int",
  "double",
  "date",
  "timestamp",
  "id",
  "composite",
  "struct",
  "json_value",
] as const;
export type ValueType = (typeof valueTypes)[number];

const icons: Record<ValueType, LucideIcon> = {
  text: Type,
  rich_text: Text,
  tokens: CaseSensitive,
  enum: CircleDot,
  uenum: ListOrdered,
  bool: SquareCheck,
  int: Hash,
  double: Binary,
  date: CalendarDays,
  timestamp: CalendarClock,
  id: UserRound,
  composite: Shapes,
  struct: Braces,
  json_value: Braces,
};

const formatIcons: Record<string, LucideIcon> = {
  url: Link2,
  email: AtSign,
  phone: Phone,
  currency: Banknote,
  rating: Star,
};

export const textFormats = ["url", "email", "phone"] as const;
export const numberFormats = ["currency", "rating"] as const;

export function isText(type: ValueType): boolean {
  return type === "text" || type === "rich_text" || type === "tokens";
}

export function isNumber(type: ValueType): boolean {
  return type === "int" || type === "double";
}

export function isChoice(type: ValueType): boolean {
  return type === "enum" || type === "uenum";
}

/** Whether values can be compared, and so filtered by. */
export function isComparable(type: ValueType): boolean {
  return type !== "composite" && type !== "struct" && type !== "json_value";
}

/** The type of a field's values, or of the elements of its lists. */
export function valueTypeOf(field: Pick<SchemaField, "field_type" | "base_type">): ValueType {
  return (field.field_type === "array" ? (field.base_type ?? "text") : field.field_type) as ValueType;
}

export function iconOf(field: Pick<SchemaField, "field_type" | "base_type" | "format">): LucideIcon {
  return formatIcons[field.format ?? ""] ?? icons[valueTypeOf(field)] ?? Type;
}

/** "Choice", "Several links", "Records: contact, account". */
export function typeLabel(field: SchemaField): string {
  const format = field.format as keyof typeof strings.customization.formats | undefined;
  const one = (format && strings.customization.formats[format]) || words[valueTypeOf(field)] || field.field_type;
  return field.field_type === "array" ? strings.customization.several(one) : one;
}
