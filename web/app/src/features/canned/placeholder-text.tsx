import { useRef } from "react";
import type { FieldControl } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { placeholders } from "@/features/canned/canned";
import { strings } from "@/strings";

const words = strings.canned;

type PlaceholderTextProps = {
  control: Partial<FieldControl> & { "aria-label"?: string };
  value: string;
  rows: number;
  onChange: (value: string) => void;
};

/** A text in which a press on what is known puts its placeholder at the caret. */
export function PlaceholderText({ control, value, rows, onChange }: PlaceholderTextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const insert = (name: string) => {
    const { selectionStart = value.length, selectionEnd = value.length } = field.current ?? {};
    const text = `{{${name}}}`;
    onChange(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
    // Once the field has the new text.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(selectionStart + text.length, selectionStart + text.length);
    });
  };
  return (
    <div className="grid gap-1.5">
      <Textarea ref={field} {...control} rows={rows} value={value} onChange={(event) => onChange(event.target.value)} />
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{words.placeholders}</legend>
        {placeholders.map((name) => (
          <button
            key={name}
            type="button"
            title={`{{${name}}}`}
            onClick={() => insert(name)}
            className="rounded-md border border-line bg-sunken px-1.5 py-0.5 text-ink-2 text-xs hover:bg-hover hover:text-ink"
          >
            {words.known[name]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
