import { Fragment } from "react";
import type { FilterTree } from "@/api/types";
import { operatorLabel, useConditionField } from "@/features/filter/condition-editor";
import { relationsOf } from "@/features/filter/filter";
import { useLabels } from "@/features/filter/use-label";
import type { FilterType } from "@/features/record/record";
import { strings } from "@/strings";

const words = strings.filters;

/** A part of a filter in words. */
export function ConditionText({ type, node }: { type: FilterType; node: FilterTree }) {
  switch (node.type) {
    case "primitive":
      return <PrimitiveText type={type} node={node} />;
    case "not":
      return (
        <>
          {words.not} <InnerText type={type} node={node.expression} />
        </>
      );
    case "some": {
      const names: Record<string, string> = words.relations;
      const relation = node.field ?? "";
      return (
        <>
          {words.ofRelated(names[relation] ?? relation)}
          <InnerText type={relationsOf(type)[relation] ?? type} node={node.expression} />
        </>
      );
    }
    default:
      return <GroupText type={type} node={node} />;
  }
}

function GroupText({ type, node }: { type: FilterType; node: FilterTree }) {
  const children = node.expressions ?? [];
  if (children.length === 0) return words.group;
  return children.map((child, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name but its place
    <Fragment key={index}>
      {index > 0 && <span className="text-ink-3"> {node.type === "or" ? words.or : words.and} </span>}
      <ConditionText type={type} node={child} />
    </Fragment>
  ));
}

function InnerText({ type, node }: { type: FilterType; node: FilterTree | undefined }) {
  return node ? <ConditionText type={type} node={node} /> : null;
}

function PrimitiveText({ type, node }: { type: FilterType; node: FilterTree }) {
  const { field, label } = useConditionField(type, node.field ?? "");
  const values = useLabels(field?.kind ?? "text", node.values ?? []);
  const choices = field?.byValue ? field.choices : [];
  const shown =
    field?.kind === "bool"
      ? values.map(boolText)
      : values.map((value) => choices.find((choice) => choice.value === value)?.label ?? value);
  return (
    <>
      <span className="text-ink-2">{label}</span>{" "}
      <span className="text-ink-3">{operatorLabel(node.operator ?? "eq", field)}</span>{" "}
      <span className="font-medium">{shown.join(node.operator === "between" ? ` ${words.and} ` : ", ")}</span>
    </>
  );
}

function boolText(value: string): string {
  return value === "true" ? strings.records.yes : strings.records.no;
}
