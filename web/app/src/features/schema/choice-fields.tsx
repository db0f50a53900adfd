import { Archive, ArchiveRestore, ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useRef } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { type ChoiceDraft, type FieldDraft, newChoice, nextNumber } from "@/features/schema/field-draft";
import type { Edit } from "@/features/schema/type-fields";
import { cn } from "@/lib/cn";
import type { FieldErrors } from "@/lib/form";
import { strings } from "@/strings";

const words = strings.customization;

type ChoiceFieldsProps = { draft: FieldDraft; edit: Edit; errors: FieldErrors };

/** The list of choices: Enter adds one below, pasted lines become one each. */
export function ChoiceFields({ draft, edit, errors }: ChoiceFieldsProps) {
  const { choices } = draft;
  const legend = useId();
  const focus = useFocusOf(choices);
  const set = (next: ChoiceDraft[]) => edit({ choices: next });
  const update = (at: number, changes: Partial<ChoiceDraft>) =>
    set(choices.map((choice, i) => (i === at ? { ...choice, ...changes } : choice)));
  const insert = (at: number, labels: string[], into = choices) => {
    let all = into;
    for (const [i, label] of labels.entries()) {
      const added = newChoice(label, nextNumber(all));
      all = all.toSpliced(at + i, 0, added);
      focus.next(added.key);
    }
    set(all);
  };
  const spread = (at: number, [first = "", ...others]: string[]) =>
    insert(
      at + 1,
      others,
      choices.map((choice, i) => (i === at ? { ...choice, label: first } : choice)),
    );
  const move = (at: number, by: number) => {
    const choice = choices[at];
    if (choice) set(choices.toSpliced(at, 1).toSpliced(at + by, 0, choice));
  };
  return (
    <fieldset aria-labelledby={legend} className="grid grid-cols-[minmax(0,1fr)] gap-2" ref={focus.ref}>
      <div id={legend} className="font-medium text-[0.8125rem]">
        {words.choices}
      </div>
      <ul className="grid gap-1.5">
        {choices.map((choice, at) => (
          <ChoiceRow
            key={choice.key}
            choice={choice}
            place={at + 1}
            isLast={at === choices.length - 1}
            isNumbered={draft.type === "uenum"}
            error={errorAt(errors, at)}
            onChange={(changes) => update(at, changes)}
            onMove={(by) => move(at, by)}
            onRemove={() => set(choices.toSpliced(at, 1))}
            onAddBelow={() => (choices[at + 1]?.label === "" ? focus.now(choices[at + 1]?.key) : insert(at + 1, [""]))}
            onSpread={(lines) => spread(at, lines)}
          />
        ))}
      </ul>
      {errors.allowed_values && <p className="text-[0.8125rem] text-danger">{errors.allowed_values}</p>}
      <Button
        name="allowed_values"
        size="sm"
        variant="ghost"
        className="justify-self-start"
        onClick={() => insert(choices.length, [""])}
      >
        <Plus aria-hidden />
        {words.addChoice}
      </Button>
      <p className="text-[0.8125rem] text-ink-3">
        {choices.some((choice) => choice.stored) ? words.choicesStored : words.choicesHint}
      </p>
    </fieldset>
  );
}

function errorAt(errors: FieldErrors, at: number): string | undefined {
  return errors[`allowed_values[${at}]`] || errors[`allowed_values[${at}].id`] || errors[`allowed_values[${at}].label`];
}

/** Moves the focus to a row that was added, once it is there. */
function useFocusOf(choices: ChoiceDraft[]) {
  const ref = useRef<HTMLFieldSetElement>(null);
  const wanted = useRef<number>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it looks for the row when there are other rows
  useEffect(() => {
    if (wanted.current === undefined) return;
    ref.current?.querySelector<HTMLElement>(`[data-choice="${wanted.current}"]`)?.focus();
    wanted.current = undefined;
  }, [choices]);
  const now = (key: number | undefined) => ref.current?.querySelector<HTMLElement>(`[data-choice="${key}"]`)?.focus();
  const next = (key: number) => {
    wanted.current = key;
  };
  return { ref, now, next };
}

type ChoiceRowProps = {
  choice: ChoiceDraft;
  place: number;
  isLast: boolean;
  isNumbered: boolean;
  error: string | undefined;
  onChange: (changes: Partial<ChoiceDraft>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  onAddBelow: () => void;
  onSpread: (lines: string[]) => void;
};

function ChoiceRow({ choice, place, isNumbered, error, ...on }: ChoiceRowProps) {
  const at = place - 1;
  const noteId = useId();
  const isFixed = choice.stored !== undefined && !isNumbered;
  const addBelow = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it would send the form
    on.onAddBelow();
  };
  const spread = (event: ClipboardEvent) => {
    const lines = event.clipboardData
      .getData("text")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    if (lines.length < 2 || isFixed) return;
    event.preventDefault();
    on.onSpread(lines);
  };
  return (
    <li>
      <div className="flex items-center gap-1">
        {isNumbered && (
          <Input
            name={`allowed_values[${at}].id`}
            aria-label={words.choiceNumber(place)}
            type="number"
            step="1"
            className="w-18 shrink-0 tabular-nums"
            readOnly={choice.stored !== undefined}
            value={choice.number}
            onChange={({ target }) => on.onChange({ number: target.value })}
          />
        )}
        <Input
          name={`allowed_values[${at}]`}
          data-choice={choice.key}
          aria-label={words.choice(place)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? noteId : undefined}
          autoComplete="off"
          readOnly={isFixed}
          className={cn("mr-1", isFixed && "bg-sunken", choice.isRetired && "text-ink-3 line-through")}
          value={choice.label}
          onChange={({ target }) => on.onChange({ label: target.value })}
          onKeyDown={addBelow}
          onPaste={spread}
        />
        {choice.isRetired && <Badge>{words.retired}</Badge>}
        <ChoiceButtons choice={choice} place={place} {...on} />
      </div>
      {error && (
        <p id={noteId} className="mt-1 text-[0.8125rem] text-danger">
          {error}
        </p>
      )}
    </li>
  );
}

function ChoiceButtons({
  choice,
  place,
  isLast,
  onChange,
  onMove,
  onRemove,
}: Omit<ChoiceRowProps, "isNumbered" | "error" | "onAddBelow" | "onSpread">) {
  const label = choice.label || String(place);
  const retire = () => onChange({ isRetired: !choice.isRetired });
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        aria-label={words.choiceUp(label)}
        disabled={place === 1}
        onClick={() => onMove(-1)}
      >
        <ArrowUp aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon"
        aria-label={words.choiceDown(label)}
        disabled={isLast}
        onClick={() => onMove(1)}
      >
        <ArrowDown aria-hidden />
      </Button>
      {choice.stored ? (
        <Button
          variant="ghost"
          size="icon"
          aria-label={choice.isRetired ? words.reopenChoice(label) : words.retireChoice(label)}
          onClick={retire}
        >
          {choice.isRetired ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        </Button>
      ) : (
        <Button variant="ghost" size="icon" aria-label={words.removeChoice(label)} onClick={onRemove}>
          <X aria-hidden />
        </Button>
      )}
    </>
  );
}
