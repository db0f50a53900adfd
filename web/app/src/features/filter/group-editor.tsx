import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { FilterTree } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { Select } from "@/components/ui/select";
import { ConditionEditor } from "@/features/filter/condition-editor";
import { FieldPicker, type PickedField } from "@/features/filter/field-picker";
import { arityOf, operatorsOf, relationsOf } from "@/features/filter/filter";
import type { FilterType } from "@/features/record/record";
import { strings } from "@/strings";

const words = strings.filters;
const maxDepth = 3;

/** A new condition on a field, not filled in yet. */
export function conditionOn({ path, field }: PickedField): FilterTree {
  const operator = operatorsOf(field)[0] ?? "eq";
  const values = field.kind === "bool" && arityOf(operator) === 1 ? ["true"] : [];
  return { type: "primitive", field: path, operator, values };
}

type NodeEditorProps = {
  type: FilterType;
  node: FilterTree;
  onChange: (node: FilterTree) => void;
  depth?: number;
};

/** Any part of a filter: a condition, or a group of them with groups within. */
export function NodeEditor({ type, node, onChange, depth = 0 }: NodeEditorProps) {
  switch (node.type) {
    case "primitive":
      return <ConditionEditor type={type} node={node} onChange={onChange} />;
    case "not":
    case "some":
      return <WrapEditor {...{ type, node, onChange, depth }} />;
    default:
      return <GroupEditor {...{ type, node, onChange, depth }} />;
  }
}

/** What turns another part round, or asks it of one related record. */
function WrapEditor({ type, node, onChange, depth = 0 }: NodeEditorProps) {
  if (!node.expression) return null;
  const inner = node.type === "some" ? (relationsOf(type)[node.field ?? ""] ?? type) : type;
  const names: Record<string, string> = words.relations;
  const title = node.type === "not" ? words.not : (names[node.field ?? ""] ?? node.field);
  return (
    <div className="grid gap-2 border-line-strong border-l-2 pl-3">
      <p className="font-medium text-[0.8125rem]">{title}</p>
      <NodeEditor
        type={inner}
        node={node.expression}
        onChange={(expression) => onChange({ ...node, expression })}
        depth={depth + 1}
      />
    </div>
  );
}

function GroupEditor({ type, node, onChange, depth = 0 }: NodeEditorProps) {
  const children = node.expressions ?? [];
  const set = (expressions: FilterTree[]) => onChange({ ...node, expressions });
  return (
    <fieldset className="grid gap-3">
      <legend className="sr-only">{words.group}</legend>
      <Select
        aria-label={words.group}
        value={node.type}
        onChange={(event) => onChange({ ...node, type: event.target.value as FilterTree["type"] })}
      >
        <option value="or">{words.any}</option>
        <option value="and">{words.all}</option>
      </Select>
      {children.map((child, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name but its place
        <div key={index} className="flex items-start gap-1 rounded-lg border border-line p-2.5">
          <div className="min-w-0 flex-1">
            <NodeEditor
              type={type}
              node={child}
              depth={depth + 1}
              onChange={(next) => set(children.map((old, at) => (at === index ? next : old)))}
            />
          </div>
          <Button
            size="icon"
            variant="ghost"
            aria-label={child.type === "primitive" ? words.remove : words.removeGroup}
            onClick={() => set(children.filter((_, at) => at !== index))}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        <AddCondition type={type} onAdd={(child) => set([...children, child])} />
        {depth < maxDepth && (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => set([...children, { type: node.type === "or" ? "and" : "or", expressions: [] }])}
          >
            <Plus aria-hidden />
            {words.addGroup}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

function AddCondition({ type, onAdd }: { type: FilterType; onAdd: (node: FilterTree) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={words.add}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="sm" variant="ghost">
          <Plus aria-hidden />
          {words.add}
        </Button>
      }
    >
      <FieldPicker
        type={type}
        onPick={(picked) => {
          setOpen(false);
          onAdd(conditionOn(picked));
        }}
      />
    </Popover>
  );
}
