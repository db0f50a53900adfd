import { ArrowDown, ArrowDownUp, ArrowUp, Columns3, Group, KanbanSquare, List, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { Select } from "@/components/ui/select";
import { firstDirection, type RecordField } from "@/features/record/field";
import { defaultView, type ListView, type SortKey } from "@/features/record/list-search";
import type { RecordType } from "@/features/record/record";
import { strings } from "@/strings";

type MenuProps = {
  type: RecordType;
  fields: RecordField[];
  view: ListView;
  onChange: (view: ListView) => void;
};

const words = strings.records;
const maxSorts = 8;

/** The order of a list: several fields, each one way or the other. */
export function SortMenu({ fields, view, onChange }: MenuProps) {
  const sortable = fields.filter((field) => field.sortable);
  const set = (sort: SortKey[]) => onChange({ ...view, sort: sort.length ? sort : view.sort });
  const change = (index: number, key: SortKey) => set(view.sort.map((old, at) => (at === index ? key : old)));
  const sortOn = (name: string): SortKey => {
    const field = sortable.find((candidate) => candidate.name === name);
    return { field: name, dir: field ? firstDirection(field) : "asc" };
  };
  const unused = sortable.filter(({ name }) => !view.sort.some(({ field }) => field === name));
  return (
    <Popover
      label={words.sort}
      align="end"
      trigger={
        <Button size="sm" variant="ghost" aria-label={words.sort}>
          <ArrowDownUp aria-hidden />
          <span className="max-sm:sr-only">{words.sort}</span>
        </Button>
      }
    >
      <div className="grid gap-2 p-3">
        {view.sort.map((key, index) => (
          <div key={key.field} className="flex items-center gap-2">
            <div className="flex-1">
              <Select
                aria-label={index === 0 ? words.sortBy : words.addSort}
                value={key.field}
                onChange={(event) => change(index, sortOn(event.target.value))}
              >
                {sortable
                  .filter(({ name }) => name === key.field || unused.some((field) => field.name === name))
                  .map(({ name, label }) => (
                    <option key={name} value={name}>
                      {label}
                    </option>
                  ))}
              </Select>
            </div>
            <Button
              size="icon"
              aria-label={key.dir === "asc" ? words.ascending : words.descending}
              title={key.dir === "asc" ? words.ascending : words.descending}
              onClick={() => change(index, { ...key, dir: key.dir === "asc" ? "desc" : "asc" })}
            >
              {key.dir === "asc" ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />}
            </Button>
            {view.sort.length > 1 && (
              <Button
                size="icon"
                variant="ghost"
                aria-label={strings.common.remove}
                onClick={() => set(view.sort.filter((_, at) => at !== index))}
              >
                <X aria-hidden />
              </Button>
            )}
          </div>
        ))}
        {unused[0] && view.sort.length < maxSorts && (
          <Button
            size="sm"
            variant="ghost"
            className="justify-self-start"
            onClick={() => set([...view.sort, sortOn(unused[0]?.name ?? "")])}
          >
            {words.addSort}…
          </Button>
        )}
      </div>
    </Popover>
  );
}

/** What can be grouped by: dates by day, week and month. */
function groupChoices(fields: RecordField[]): { value: string; label: string }[] {
  return fields
    .filter((field) => field.groupable)
    .flatMap(({ name, label, kind }) => {
      if (kind !== "date" && kind !== "timestamp") return [{ value: name, label }];
      const steps = ["day", "week", "month"] as const;
      return steps.map((step) => ({ value: `${name}:${step}`, label: `${label} ${words.by[step]}` }));
    });
}

export function GroupMenu({ fields, view, onChange }: MenuProps) {
  const choices = groupChoices(fields);
  const chosen = choices.find(({ value }) => value === view.group);
  return (
    <Menu
      trigger={
        <Button size="sm" variant={view.group ? "secondary" : "ghost"}>
          <Group aria-hidden />
          <span className="max-w-40 truncate max-sm:sr-only">{chosen ? words.groupBy(chosen.label) : words.group}</span>
        </Button>
      }
    >
      <div className="max-h-[60vh] overflow-y-auto">
        <MenuItem onSelect={() => onChange({ ...view, group: "", layout: "list" })}>{words.noGroup}</MenuItem>
        <MenuSeparator />
        {choices.map(({ value, label }) => (
          <MenuItem key={value} onSelect={() => onChange({ ...view, group: value })}>
            {label}
          </MenuItem>
        ))}
      </div>
    </Menu>
  );
}

export function ColumnMenu({ type, fields, view, onChange }: MenuProps) {
  const shown = view.columns.flatMap(({ name }) => fields.find((field) => field.name === name) ?? []);
  const hidden = fields.filter((field) => !shown.includes(field));
  const set = (columns: ListView["columns"]) => onChange({ ...view, columns });
  const move = (name: string, by: number) => {
    const at = view.columns.findIndex((column) => column.name === name);
    const to = at + by;
    if (to < 0 || to >= view.columns.length) return;
    const columns = [...view.columns];
    columns.splice(to, 0, ...columns.splice(at, 1));
    set(columns);
  };
  return (
    <Popover
      label={words.columns}
      align="end"
      trigger={
        <Button size="sm" variant="ghost" aria-label={words.columns} className="max-md:hidden">
          <Columns3 aria-hidden />
          <span className="max-lg:sr-only">{words.columns}</span>
        </Button>
      }
    >
      <ul className="grid p-1.5">
        {[...shown, ...hidden].map((field) => {
          const on = shown.includes(field);
          const first = field.name === "display_name";
          return (
            <li
              key={field.name}
              className="group/column flex min-h-8 items-center gap-2.5 rounded-lg pr-1 pl-2 hover:bg-hover"
            >
              <Checkbox
                id={`column-${field.name}`}
                aria-label={words.showColumn(field.label)}
                checked={on || first}
                disabled={first}
                onChange={() =>
                  set(
                    on
                      ? view.columns.filter(({ name }) => name !== field.name)
                      : [...view.columns, { name: field.name }],
                  )
                }
              />
              <label htmlFor={`column-${field.name}`} className="min-w-0 flex-1 truncate">
                {field.label}
              </label>
              {on && !first && (
                <span className="flex opacity-0 focus-within:opacity-100 group-hover/column:opacity-100">
                  <MoveButton label={words.moveUp(field.label)} onClick={() => move(field.name, -1)} icon={ArrowUp} />
                  <MoveButton
                    label={words.moveDown(field.label)}
                    onClick={() => move(field.name, 1)}
                    icon={ArrowDown}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <div className="border-line border-t p-1.5">
        <Button size="sm" variant="ghost" onClick={() => set(defaultView(type).columns)}>
          {words.resetColumns}
        </Button>
      </div>
    </Popover>
  );
}

function MoveButton({ label, onClick, icon: Icon }: { label: string; onClick: () => void; icon: typeof ArrowUp }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className="grid size-7 place-items-center rounded-md text-ink-3 hover:bg-selected hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

/** Between list and board, which needs groups. */
export function LayoutToggle({ view, onChange }: Pick<MenuProps, "view" | "onChange">) {
  const board = view.layout === "board";
  const Icon = board ? List : KanbanSquare;
  return (
    <Button
      size="sm"
      variant="ghost"
      disabled={!view.group}
      title={view.group ? undefined : words.boardNeedsGroup}
      onClick={() => onChange({ ...view, layout: board ? "list" : "board" })}
    >
      <Icon aria-hidden />
      <span className="max-lg:sr-only">{board ? words.layout.list : words.layout.board}</span>
    </Button>
  );
}
