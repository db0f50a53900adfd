import type { ReactNode } from "react";
import type { SchemaField } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { iconOf, typeLabel } from "@/features/schema/field-types";
import { isOn } from "@/features/schema/schema";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

const { badges, edit } = strings.customization;

export type FieldBadges = { [Name in keyof typeof badges]?: boolean };

type FieldRowProps = {
  field: SchemaField;
  label: string;
  /** As the API calls it. */
  name: string;
  badges: FieldBadges;
  /** Not for fields that are only shown. */
  onOpen?: () => void;
  /** Buttons at the right. */
  actions?: ReactNode;
};

/** What is said about a custom field. */
export function badgesOf(field: SchemaField): FieldBadges {
  return {
    required: field.is_required,
    immutable: field.is_immutable,
    filterable: field.is_filterable,
    pii: field.is_pii,
    hidden: isOn(field.ui, "is_hidden"),
  };
}

/** One field in a list: pressing it anywhere but on its buttons opens it. */
export function FieldRow({ field, label, name, badges: on, onOpen, actions }: FieldRowProps) {
  const Icon = iconOf(field);
  return (
    <li className={cn("relative flex items-center gap-3 py-2.5 pr-2 pl-4", onOpen && "hover:bg-hover/60")}>
      <span className="grid size-8 shrink-0 place-items-center rounded-lg border border-line bg-canvas text-ink-2">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1 lg:grid lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_minmax(0,5fr)] lg:items-center lg:gap-4">
        <div className="min-w-0">
          {onOpen ? (
            <button
              type="button"
              onClick={onOpen}
              aria-label={edit(label)}
              className="block max-w-full truncate text-left font-medium outline-offset-[-2px] after:absolute after:inset-0"
            >
              {label}
            </button>
          ) : (
            <span className="block truncate font-medium">{label}</span>
          )}
          <span className="block truncate font-mono text-ink-3 text-xs">{name}</span>
        </div>
        <span className="truncate text-[0.8125rem] text-ink-2 max-lg:hidden">{typeLabel(field)}</span>
        <span className="flex flex-wrap items-center gap-1 max-lg:mt-1">
          <span className="mr-1 text-[0.8125rem] text-ink-2 lg:hidden">{typeLabel(field)}</span>
          {(Object.keys(badges) as (keyof typeof badges)[])
            .filter((badge) => on[badge])
            .map((badge) => (
              <Badge key={badge} tone={badge === "required" ? "brand" : badge === "pii" ? "warn" : "neutral"}>
                {badges[badge]}
              </Badge>
            ))}
        </span>
      </div>
      {actions && <div className="relative flex shrink-0 items-center">{actions}</div>}
    </li>
  );
}
