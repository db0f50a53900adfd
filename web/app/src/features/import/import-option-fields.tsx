import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/checkbox";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { countries } from "@/features/import/countries";
import { findTags, type ImportOptions, type ImportType, type Preview } from "@/features/import/import";
import { SectionHeading } from "@/features/import/section-heading";
import { strings } from "@/strings";

const words = strings.imports;

type OptionFieldsProps = {
  type: ImportType;
  options: ImportOptions;
  onOptions: (options: ImportOptions) => void;
  preview: Preview | undefined;
};

type OptionFieldProps = Pick<OptionFieldsProps, "options" | "onOptions">;

/** How the file is to be imported, beside what its columns become. */
export function ImportOptionFields({ type, options, onOptions, preview }: OptionFieldsProps) {
  const own = { options, onOptions };
  return (
    <section aria-labelledby="import-options" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <SectionHeading id="import-options" title={words.options} />
      <TagField {...own} />
      <CheckField
        label={words.update}
        hint={words.updateHint}
        checked={options.update ?? false}
        onChange={(event) => onOptions({ ...options, update: event.target.checked })}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {preview && preview.presets.length > 0 && <PresetField {...own} presets={preview.presets} />}
        {type === "contacts" && <CountryField {...own} />}
        {type === "contacts" && lacksRefs(preview, options) && <RefField {...own} />}
      </div>
    </section>
  );
}

/** Whether no column holds the contacts' references, so that they may come from elsewhere. */
function lacksRefs(preview: Preview | undefined, { ref_from }: ImportOptions): boolean {
  if (ref_from) return true;
  return preview?.fields.some(({ name, columns }) => name === "external_ref" && columns.length === 0) ?? false;
}

function TagField({ options, onOptions }: OptionFieldProps) {
  const tags = options.tags ?? [];
  const set = (next: string[]) => onOptions({ ...options, tags: next });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <p className="font-medium text-[0.8125rem]">{words.tags}</p>
      <div className="flex flex-wrap items-center gap-1.5">
        {tags.map((name) => (
          <TagChip key={name} name={name} onRemove={() => set(tags.filter((tag) => tag !== name))} />
        ))}
        <Combobox
          several
          label={words.tags}
          source="tag-names"
          load={findTags}
          chosen={tags}
          onChoose={({ value }) => set(tags.includes(value) ? tags.filter((tag) => tag !== value) : [...tags, value])}
          trigger={
            <Button size="sm">
              <Plus aria-hidden />
              {words.addTag}
            </Button>
          }
        />
      </div>
      <p className="text-[0.8125rem] text-ink-3">{words.tagsHint}</p>
    </div>
  );
}

function TagChip({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-full items-center gap-0.5 rounded-lg bg-hover pl-2.5 font-medium text-[0.8125rem]">
      <span className="truncate">{name}</span>
      <button
        type="button"
        aria-label={words.removeTag(name)}
        onClick={onRemove}
        className="grid size-8 shrink-0 place-items-center rounded-lg text-ink-3 hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

function PresetField({ options, onOptions, presets }: OptionFieldProps & { presets: string[] }) {
  return (
    <Field name="preset" label={words.preset} hint={words.presetHint}>
      {(control) => (
        <Select
          {...control}
          value={options.preset ?? ""}
          // The product's own columns take the place of what was chosen by hand for guesses.
          onChange={(event) =>
            onOptions({ ...without(options, "map", "preset"), ...given("preset", event.target.value) })
          }
        >
          <option value="">{words.noPreset}</option>
          {presets.map((name) => (
            <option key={name} value={name}>
              {words.presets[name] ?? name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function CountryField({ options, onOptions }: OptionFieldProps) {
  return (
    <Field name="default_country" label={words.country} hint={words.countryHint}>
      {(control) => (
        <Select
          {...control}
          value={options.default_country ?? ""}
          onChange={(event) =>
            onOptions({ ...without(options, "default_country"), ...given("default_country", event.target.value) })
          }
        >
          <option value="">{words.noCountry}</option>
          {countries().map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function RefField({ options, onOptions }: OptionFieldProps) {
  return (
    <Field name="ref_from" label={words.refFrom} hint={words.refFromHint}>
      {(control) => (
        <Select
          {...control}
          value={options.ref_from ?? ""}
          onChange={(event) => onOptions({ ...without(options, "ref_from"), ...given("ref_from", event.target.value) })}
        >
          <option value="">{words.refFromColumn}</option>
          <option value="email">{words.refFromEmail}</option>
          <option value="phone">{words.refFromPhone}</option>
        </Select>
      )}
    </Field>
  );
}

function without(options: ImportOptions, ...names: (keyof ImportOptions)[]): ImportOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.some((left) => left === name)));
}

/** The option, or nothing for the choice of none. */
function given(name: "preset" | "default_country" | "ref_from", value: string): ImportOptions {
  return value ? { [name]: value } : {};
}
