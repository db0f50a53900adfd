import {
  AtSign,
  Banknote,
  Binary,
  Braces,
  Building2,
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
  SquareStack,
  Star,
  Tags,
  Text,
  Type,
  UserRound,
} from "lucide-react";
import type { SchemaField } from "@/api/types";
import { strings } from "@/strings";

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

const targetIcons: Record<string, LucideIcon> = { account: Building2, rev_org: SquareStack, tag: Tags };

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

export function iconOf(field: Pick<SchemaField, "field_type" | "base_type" | "format" | "id_type">): LucideIcon {
  const [only, other] = field.id_type ?? [];
  const target = other === undefined && only !== undefined ? targetIcons[only] : undefined;
  return target ?? formatIcons[field.format ?? ""] ?? icons[valueTypeOf(field)] ?? Type;
}

/** "Choice", "Link, several", "Record: accounts, workspaces". */
export function typeLabel(field: SchemaField): string {
  const { formats, recordOf, several, types } = strings.customization;
  const format = field.format as keyof typeof formats | undefined;
  const targets = (field.id_type ?? []).map(targetName).join(", ");
  const plain = types[valueTypeOf(field)] ?? field.field_type;
  const one = targets ? recordOf(targets) : ((format && formats[format]) ?? plain);
  return field.field_type === "array" ? several(one) : one;
}

function targetName(type: string): string {
  const names: Record<string, string> = strings.customization.idTypeNames;
  return (names[type] ?? type).toLowerCase();
}
