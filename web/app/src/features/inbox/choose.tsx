import { Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Combobox, type Option } from "@/components/ui/combobox";
import type { Loader } from "@/features/record/options";
import { strings } from "@/strings";

type ChooseProps = {
  label: string;
  find: string;
  source: string;
  load: Loader;
  chosen: Option[];
  onChange: (chosen: Option[]) => void;
  /** One instead of several. */
  single?: boolean;
  create?: { label: (text: string) => string; run: (text: string) => void } | undefined;
};

/** Records that a form names: chosen from a list, and taken off again. */
export function Choose({ label, find, chosen, onChange, single = false, ...list }: ChooseProps) {
  const action = single && chosen.length > 0 ? strings.common.edit : strings.common.add;
  const without = (value: string) => chosen.filter((option) => option.value !== value);
  return (
    <fieldset className="grid min-w-0 gap-1.5">
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{label}</legend>
      <div className="flex min-w-0 flex-wrap items-center gap-1.5">
        {chosen.map((option) => (
          <Chip key={option.value} label={option.label} onRemove={() => onChange(without(option.value))}>
            {option.label}
          </Chip>
        ))}
        <Combobox
          label={find}
          trigger={
            <Button size="sm" aria-label={`${label}: ${action}`}>
              <Plus aria-hidden />
              {action}
            </Button>
          }
          chosen={chosen.map(({ value }) => value)}
          onChoose={(option) => {
            const rest = without(option.value);
            if (single) onChange([option]);
            else onChange(rest.length < chosen.length ? rest : [...chosen, option]);
          }}
          {...list}
        />
      </div>
    </fieldset>
  );
}
