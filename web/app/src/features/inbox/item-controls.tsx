import { ChevronDown, Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Combobox, type Option } from "@/components/ui/combobox";
import { type Item, itemKinds, type Severity, stageText } from "@/features/inbox/item";
import { severities } from "@/features/inbox/item-fields";
import { failed, useItemChange } from "@/features/inbox/items";
import { Owners, SeverityMark, StageMark } from "@/features/inbox/marks";
import { createPart, loadParts } from "@/features/inbox/parts";
import { labelOfTag } from "@/features/record/marks";
import { createTag, type Loader, loadMembers, loadRecords, loadTags } from "@/features/record/options";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.inbox;

type ControlProps = { item: Item };

const among =
  (options: Option[]): Loader =>
  (text) =>
    Promise.resolve(options.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())));

/** How far the item has come, to be changed. */
export function StageControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const stages = itemKinds[item.type].stages.map((stage) => ({ value: stage, label: stageText(stage) }));
  return (
    <Combobox
      label={words.columns.stage}
      trigger={
        <Button size="sm" aria-label={`${words.columns.stage}: ${stageText(item.stage)}`} pending={change.isPending}>
          <StageMark stage={item.stage} />
          <ChevronDown aria-hidden className="text-ink-3" />
        </Button>
      }
      load={among(stages)}
      source={`stages ${item.type}`}
      chosen={[item.stage]}
      onChoose={({ value, label }) => value !== item.stage && change.mutate(stageChange(item, value, label))}
    />
  );
}

export function stageChange(item: Item, stage: string, label = stageText(stage)) {
  return { said: words.stageSet(label), changes: { stage: { name: stage } }, back: stageBack(item) };
}

/** What takes an item back to its stage: one that is put off, until the time when it comes back. */
export function stageBack({ stage, snoozedUntil }: Item) {
  return snoozedUntil ? { snoozed_until: snoozedUntil } : { stage: { name: stage } };
}

/** Who looks after the item: members are put on and taken off. */
export function OwnerControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const own = useSession()?.user.display_id ?? "";
  const ids = item.owners.map(({ display_id, id }) => display_id ?? id);
  const set = (next: string[], said: string) =>
    change.mutate({ said, changes: { owned_by: { set: next } }, back: { owned_by: { set: ids } } });
  return (
    <Combobox
      label={words.assign}
      trigger={
        <Button size="sm" className="max-w-52 min-w-0" pending={change.isPending}>
          <span className="sr-only">{words.columns.owner}: </span>
          <Owners owners={item.owners} />
          <ChevronDown aria-hidden className="text-ink-3" />
        </Button>
      }
      load={async (text, signal) => {
        const members = await loadMembers(text, signal);
        // Oneself is chosen most often.
        return members.toSorted((a, b) => Number(b.value === own) - Number(a.value === own));
      }}
      source="owners of items"
      chosen={ids}
      onChoose={({ value, label }) =>
        ids.includes(value)
          ? set(
              ids.filter((id) => id !== value),
              words.unassigned(label),
            )
          : set([...ids, value], words.assigned(label))
      }
    />
  );
}

/** The item's tags, with the way to more and fewer. */
export function TagControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const uses = item.tags.map(({ tag, value }) => ({ id: tag.display_id ?? tag.id, ...(value && { value }) }));
  const set = (next: typeof uses, said: string) =>
    change.mutate({ said, changes: { tags: { set: next } }, back: { tags: { set: uses } } });
  const toggle = ({ value, label }: Option) => {
    const rest = uses.filter(({ id }) => id !== value);
    if (rest.length < uses.length) set(rest, words.untagged(label));
    else set([...uses, { id: value }], words.tagged(label));
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {item.tags.map((tag) => {
        const label = labelOfTag(tag);
        return (
          <Chip
            key={tag.tag.id}
            label={label}
            onRemove={() => toggle({ value: tag.tag.display_id ?? tag.tag.id, label })}
          >
            {label}
          </Chip>
        );
      })}
      <Combobox
        label={strings.records.find.tag}
        trigger={
          <Button size="sm" variant="ghost" pending={change.isPending}>
            <Plus aria-hidden />
            {words.addTag}
          </Button>
        }
        load={loadTags}
        source="tag"
        chosen={uses.map(({ id }) => id)}
        onChoose={toggle}
        create={{ label: strings.records.newTag, run: (name) => void createTag(name).then(toggle, failed) }}
      />
    </div>
  );
}

export function SeverityControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const severity = item.ticket?.severity;
  return (
    <Combobox
      label={words.columns.severity}
      trigger={
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2.5"
          aria-label={`${words.columns.severity}: ${severity ? words.severities[severity] : strings.common.none}`}
          pending={change.isPending}
        >
          {severity ? <SeverityMark severity={severity} /> : strings.common.none}
          <ChevronDown aria-hidden className="text-ink-3" />
        </Button>
      }
      load={among(severities.map((value) => ({ value, label: words.severities[value] })))}
      source="severities"
      chosen={severity ? [severity] : []}
      onChoose={({ value, label }) => {
        // Choosing again what is chosen takes it off.
        const next = value === severity ? null : (value as Severity);
        change.mutate({
          said: next ? words.severitySet(label) : words.severityCleared,
          changes: { severity: next },
          back: { severity: severity ?? null },
        });
      }}
    />
  );
}

/** The products that a conversation is about: they are put on and taken off. */
export function PartsControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const ids = item.parts.map(({ display_id }) => display_id);
  const set = (next: string[], said: string) =>
    change.mutate({ said, changes: { applies_to_parts: { set: next } }, back: { applies_to_parts: { set: ids } } });
  const toggle = ({ value, label }: Option) => {
    const rest = ids.filter((id) => id !== value);
    if (rest.length < ids.length) set(rest, words.partRemoved(label));
    else set([...ids, value], words.partAdded(label));
  };
  return <PartPicker item={item} pending={change.isPending} onChoose={toggle} />;
}

/** The product that a ticket is about. */
export function PartControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const [part] = item.parts;
  const set = ({ value, label }: Option) => {
    if (value === part?.display_id) return;
    const back = part && { back: { applies_to_part: part.display_id } };
    change.mutate({ said: words.partSet(label), changes: { applies_to_part: value }, ...back });
  };
  return <PartPicker item={item} pending={change.isPending} onChoose={set} />;
}

type PartPickerProps = ControlProps & { pending: boolean; onChoose: (part: Option) => void };

function PartPicker({ item: { parts }, pending, onChoose }: PartPickerProps) {
  const shown = parts.map(({ name }) => name).join(", ") || strings.common.none;
  return (
    <Combobox
      label={words.findPart}
      trigger={
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2.5 max-w-full min-w-0"
          aria-label={`${words.columns.part}: ${shown}`}
          pending={pending}
        >
          <span className="truncate">{shown}</span>
          <ChevronDown aria-hidden className="text-ink-3" />
        </Button>
      }
      load={loadParts}
      source="parts"
      chosen={parts.map(({ display_id }) => display_id)}
      onChoose={onChoose}
      create={{ label: words.newPart, run: (name) => void createPart(name).then(onChoose, failed) }}
    />
  );
}

/** The contacts whom the item is about: who takes part, or who reported it. Members among them stay. */
export function PeopleControl({ item }: ControlProps) {
  const change = useItemChange(item);
  const ids = item.people.map(({ display_id, id }) => display_id ?? id);
  const changesTo = (set: string[]) => (item.type === "ticket" ? { reported_by: { set } } : { members: { set } });
  return (
    <Combobox
      label={strings.records.find.contact}
      align="end"
      trigger={
        <Button
          size="icon"
          variant="ghost"
          aria-label={itemKinds[item.type].words.addPerson}
          pending={change.isPending}
        >
          {!change.isPending && <Plus aria-hidden />}
        </Button>
      }
      load={loadRecords("rev_user")}
      source="contact"
      chosen={ids}
      onChoose={({ value, label }) => {
        const isOn = ids.includes(value);
        const next = isOn ? ids.filter((id) => id !== value) : [...ids, value];
        const said = isOn ? words.personRemoved(label) : words.personAdded(label);
        change.mutate({ said, changes: changesTo(next), back: changesTo(ids) });
      }}
    />
  );
}
