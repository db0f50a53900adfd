import { useQueries } from "@tanstack/react-query";
import { Command } from "cmdk";
import { itemStyle } from "@/components/ui/combobox";
import { relationsOf } from "@/features/filter/filter";
import { fieldsQuery, type RecordField } from "@/features/record/field";
import type { FilterType } from "@/features/record/record";
import { strings } from "@/strings";

export type PickedField = { /** As a condition calls it. */ path: string; field: RecordField };

/** The fields that conditions can ask about, the record's own first, then those of related records. */
export function useFilterFields(type: FilterType): { label: string; fields: PickedField[] }[] {
  const related = Object.entries(relationsOf(type));
  const [own, ...others] = useQueries({
    queries: [fieldsQuery(type), ...related.map(([, other]) => fieldsQuery(other))],
  });
  const groups = [{ label: "", fields: pickable(own?.data ?? [], "") }];
  related.forEach(([relation], index) => {
    const names: Record<string, string> = strings.filters.relations;
    groups.push({ label: names[relation] ?? relation, fields: pickable(others[index]?.data ?? [], `${relation}.`) });
  });
  return groups;
}

function pickable(fields: RecordField[], prefix: string): PickedField[] {
  return (
    fields
      .filter((field) => field.filterable && field.kind !== "other")
      // Two steps away there are too many fields to choose from; the text form has them.
      .filter((field) => !prefix || !["account", "workspace", "parent"].includes(field.name))
      .map((field) => ({ path: prefix + field.name, field }))
  );
}

/** Whether an option has the text within: the looser matching of the list finds too much among so many fields. */
function holds(option: string, text: string): number {
  return option.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()) ? 1 : 0;
}

/** A list to search for the field of a new condition. */
export function FieldPicker({ type, onPick }: { type: FilterType; onPick: (picked: PickedField) => void }) {
  const groups = useFilterFields(type);
  return (
    <Command label={strings.filters.field} filter={holds} className="grid">
      <Command.Input
        autoFocus
        placeholder={strings.filters.search}
        className="h-10 border-line border-b bg-transparent px-3 text-base outline-none placeholder:text-ink-3 sm:text-sm"
      />
      <Command.List aria-label={strings.filters.field} className="max-h-80 overflow-y-auto p-1">
        <Command.Empty className="px-2.5 py-2 text-ink-3">{strings.common.nothingFound}</Command.Empty>
        {groups.map(({ label, fields }) => (
          <Command.Group
            key={label}
            heading={label}
            className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-ink-3 [&_[cmdk-group-heading]]:text-xs"
          >
            {fields.map((picked) => (
              <Command.Item
                key={picked.path}
                value={`${picked.path} ${label} ${picked.field.label}`}
                onSelect={() => onPick(picked)}
                className={itemStyle}
              >
                {label && <span className="text-ink-3">{strings.filters.ofRelated(label)}</span>}
                {picked.field.label}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}
