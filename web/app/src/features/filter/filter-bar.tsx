import { useMutation, useQuery } from "@tanstack/react-query";
import { Code2, Plus, SlidersHorizontal, X } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { messageOf } from "@/api/client";
import type { FilterTree } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { ConditionText } from "@/features/filter/condition-text";
import { FieldPicker } from "@/features/filter/field-picker";
import { completed, conditionsOf, explain, explainQuery } from "@/features/filter/filter";
import { conditionOn, NodeEditor } from "@/features/filter/group-editor";
import type { FilterType } from "@/features/record/record";
import { cn } from "@/lib/cn";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

const words = strings.filters;
const applyMillis = 250;

type FilterBarProps = {
  type: FilterType;
  filter: string;
  onChange: (filter: string) => void;
  /** Stands among other controls, which have the frame. */
  bare?: boolean;
};

/**
 * The conditions of a list as chips that can be changed, and its filter as text. The server reads the text and
 * writes it: the bar only handles the tree that it makes of it.
 */
export function FilterBar({ type, filter, onChange, bare = false }: FilterBarProps) {
  const [asText, setAsText] = useState(false);
  const read = useQuery({ ...explainQuery(type, filter), enabled: filter !== "" });
  const { conditions, change, error } = useConditions(type, filter, read.data?.expression, onChange);
  const wrong = error ?? read.error;
  return (
    <div className={cn("grid min-w-0 gap-2", !bare && "border-line border-b px-4 py-2 empty:hidden sm:px-6")}>
      <div className="flex min-w-0 flex-wrap items-center gap-1.5">
        {asText ? (
          <FilterText key={filter} type={type} filter={filter} onChange={onChange} />
        ) : (
          <Chips type={type} conditions={conditions} onChange={change} />
        )}
        <Button
          size="icon"
          variant="ghost"
          aria-label={words.text}
          aria-pressed={asText}
          title={words.text}
          className="size-7"
          onClick={() => setAsText(!asText)}
        >
          <Code2 aria-hidden />
        </Button>
        {filter !== "" && (
          <Button size="sm" variant="ghost" className="h-7" onClick={() => onChange("")}>
            {words.clear}
          </Button>
        )}
      </div>
      {wrong && <Alert>{messageOf(wrong)}</Alert>}
    </div>
  );
}

/**
 * The conditions being edited. What is filled in is sent to the server after a pause, and the text that it writes
 * becomes the list's filter; what is not filled in yet waits here.
 */
function useConditions(
  type: FilterType,
  filter: string,
  tree: FilterTree | undefined,
  onChange: (text: string) => void,
) {
  // What was edited under another filter, such as that of another view, is not this one's.
  const [draft, setDraft] = useState<{ from: string; of: string; conditions: FilterTree[] }>();
  const write = useMutation({
    mutationFn: async (conditions: FilterTree[]) => {
      const whole = completed({ type: "and", expressions: conditions });
      return whole ? (await explain(type, whole)).filter : "";
    },
    onSuccess: (text, conditions) => {
      // What was typed meanwhile goes its own way to the server.
      setDraft((now) => (now?.conditions === conditions ? { from: text, of: text, conditions } : now));
      if (text !== filter) onChange(text);
    },
  });
  const edited = useDebounced(draft, applyMillis);
  const { mutate } = write;
  const isWaiting = edited?.of === pending && edited.from === filter;
  useEffect(() => {
    if (isWaiting) mutate(edited.conditions);
  }, [isWaiting, edited, mutate]);
  const isCurrent = draft !== undefined && (draft.of === filter || (draft.of === pending && draft.from === filter));
  return {
    conditions: isCurrent ? draft.conditions : conditionsOf(filter === "" ? undefined : tree),
    change: (conditions: FilterTree[]) => setDraft({ from: filter, of: pending, conditions }),
    error: isCurrent ? write.error : null,
  };
}

/** Stands for the text of conditions that the server has not written yet. */
const pending = "\u0000";

type ChipsProps = { type: FilterType; conditions: FilterTree[]; onChange: (conditions: FilterTree[]) => void };

function Chips({ type, conditions, onChange }: ChipsProps) {
  const [opened, setOpened] = useState<number>();
  const [adding, setAdding] = useState(false);
  const add = (node: FilterTree) => {
    setAdding(false);
    setOpened(conditions.length);
    onChange([...conditions, node]);
  };
  return (
    <>
      {conditions.map((node, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name but its place
          key={index}
          className="inline-flex h-7 max-w-full items-center rounded-lg border border-line bg-surface text-[0.8125rem]"
        >
          <Popover
            label={words.filter}
            open={opened === index}
            onOpenChange={(open) => setOpened(open ? index : undefined)}
            className={node.type === "primitive" ? undefined : "w-96"}
            trigger={
              <button type="button" className="h-full min-w-0 truncate rounded-l-lg pr-1.5 pl-2.5 hover:bg-hover">
                <ConditionText type={type} node={node} />
              </button>
            }
          >
            <div className="p-3">
              <NodeEditor
                type={type}
                node={node}
                onChange={(next) => onChange(conditions.map((old, at) => (at === index ? next : old)))}
              />
            </div>
          </Popover>
          <button
            type="button"
            aria-label={words.remove}
            onClick={() => {
              setOpened(undefined);
              onChange(conditions.filter((_, at) => at !== index));
            }}
            className="grid h-full w-6 place-items-center rounded-r-lg text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </span>
      ))}
      <Popover
        label={words.add}
        open={adding}
        onOpenChange={setAdding}
        keepsFocus // the new condition's editor opens
        trigger={
          <Button size="sm" variant="ghost" className="h-7">
            {conditions.length > 0 ? <Plus aria-hidden /> : <SlidersHorizontal aria-hidden />}
            {conditions.length > 0 ? words.add : words.filter}
          </Button>
        }
      >
        <FieldPicker type={type} onPick={(picked) => add(conditionOn(picked))} />
        <div className="border-line border-t p-1">
          <Button size="sm" variant="ghost" onClick={() => add({ type: "or", expressions: [] })}>
            <Plus aria-hidden />
            {words.addGroup}
          </Button>
        </div>
      </Popover>
    </>
  );
}

/** The filter as people write it in addresses and scripts. */
function FilterText({ type, filter, onChange }: FilterBarProps) {
  const [text, setText] = useState(filter);
  const apply = useMutation({
    mutationFn: async () => (text.trim() === "" ? "" : (await explain(type, text)).filter),
    onSuccess: onChange,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply.mutate();
  };
  return (
    <form onSubmit={submit} className="grid min-w-0 flex-1 gap-2">
      <div className="flex gap-2">
        <Input
          aria-label={words.text}
          autoFocus
          value={text}
          placeholder={words.textHint}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={apply.isError || undefined}
          onChange={(event) => setText(event.target.value)}
          className="font-mono text-[0.8125rem] sm:h-8"
        />
        <Button type="submit" size="sm" pending={apply.isPending}>
          {words.apply}
        </Button>
      </div>
      {apply.error && <Alert>{messageOf(apply.error)}</Alert>}
    </form>
  );
}
