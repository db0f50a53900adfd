import { Building2, GitMerge, PenLine, Tag, Tags, Trash2, UserRound, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import type { BulkChange } from "@/features/bulk/bulk";
import { BulkDialog, type BulkPlan } from "@/features/bulk/bulk-dialog";
import { BulkField } from "@/features/bulk/bulk-field";
import { createTag, type Loader, loadMembers, loadRecords, loadTags } from "@/features/record/options";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import type { Selection } from "@/features/record/use-selection";
import { strings } from "@/strings";

const words = strings.bulk;
const idsPerCondition = 200;
const mostMerged = 20;

type BulkBarProps = {
  kind: RecordKind;
  selection: Selection;
  /** The records that are loaded, among which the chosen ones are. */
  records: AnyRecord[];
  /** How many match, for people. */
  count: string;
  /** The filter of the list, for when all that match are chosen. */
  filter: string;
  onDone: () => void;
};

/** What can be done to the records that are chosen, at the foot of the list. */
export function BulkBar({ kind, selection, records, count, filter, onDone }: BulkBarProps) {
  const [plan, setPlan] = useState<BulkPlan>();
  const [setsField, setSetsField] = useState(false);
  if (!selection.all && selection.ids.size === 0) return null;
  const scope = selection.all ? filter : idFilter([...selection.ids]);
  const start = (action: BulkChange, what: string) => setPlan({ filter: scope, action, what });
  const chosen = records.filter(({ display_id }) => selection.ids.has(display_id));
  const mergeable = kind.type === "rev_user" && !selection.all && chosen.length > 1 && chosen.length <= mostMerged;
  return (
    <section
      aria-label={strings.records.actions}
      className="absolute inset-x-2 bottom-3 z-20 mx-auto flex w-fit max-w-[calc(100%-1rem)] animate-rise flex-wrap items-center gap-1 rounded-xl border border-line bg-raised p-1.5 shadow-pop"
    >
      <span className="px-2 font-medium text-[0.8125rem] tabular-nums">
        {selection.all ? words.allSelected(count) : words.selected(selection.ids.size)}
      </span>
      {!selection.all && (
        <Button size="sm" variant="ghost" onClick={selection.chooseAll}>
          {words.selectAll(count)}
        </Button>
      )}
      <Chooser
        label={words.tag}
        icon={<Tag aria-hidden />}
        load={loadTags}
        source="tag"
        create={(name) =>
          void createTag(name).then((tag) => start(tagging("add_tags", tag), words.what.add_tags(name)))
        }
        onChoose={(tag) => start(tagging("add_tags", tag), words.what.add_tags(tag.label))}
      />
      <Chooser
        label={words.untag}
        icon={<Tags aria-hidden />}
        load={loadTags}
        source="tag"
        onChoose={(tag) => start(tagging("remove_tags", tag), words.what.remove_tags(tag.label))}
      />
      <Chooser
        label={words.owner}
        icon={<UserRound aria-hidden />}
        load={loadMembers}
        source="member"
        onChoose={({ value, label }) => start({ type: "set_owners", owned_by: [value] }, words.what.set_owners(label))}
      />
      {kind.type === "rev_user" && (
        <Chooser
          label={words.account}
          icon={<Building2 aria-hidden />}
          load={loadRecords("account")}
          source="account"
          onChoose={({ value, label }) => start({ type: "set_account", account: value }, words.what.set_account(label))}
        />
      )}
      <BarButton label={words.field} icon={<PenLine aria-hidden />} onClick={() => setSetsField(true)} />
      {mergeable && (
        <BarButton label={words.merge} icon={<GitMerge aria-hidden />} onClick={() => setPlan(mergePlan(chosen))} />
      )}
      <BarButton
        label={words.delete}
        icon={<Trash2 aria-hidden />}
        onClick={() => start({ type: "delete" }, words.what.delete)}
      />
      <Button size="icon" variant="ghost" aria-label={words.clear} title={words.clear} onClick={selection.clear}>
        <X aria-hidden />
      </Button>
      {setsField && (
        <BulkField
          type={kind.type}
          onClose={() => setSetsField(false)}
          onChosen={(values, label) => {
            setSetsField(false);
            start({ type: "set_custom_fields", custom_fields: values }, words.what.set_custom_fields(label));
          }}
        />
      )}
      {plan && (
        <BulkDialog
          kind={kind}
          plan={plan}
          onClose={() => setPlan(undefined)}
          onDone={() => {
            selection.clear();
            onDone();
          }}
        />
      )}
    </section>
  );
}

const tagging = (type: string, { value }: Option): BulkChange => ({ type, tags: [{ id: value }] });

/** The oldest stays: others know it longest. */
function mergePlan(records: AnyRecord[]): BulkPlan {
  const [first, ...others] = records.toSorted((a, b) => (a.created_date ?? "").localeCompare(b.created_date ?? ""));
  const secondaries = others.map(({ display_id }) => display_id);
  return {
    filter: undefined,
    action: { type: "merge", plan: [{ primary: first?.display_id, secondaries }] },
    what: words.mergeText(first?.display_name ?? first?.display_id ?? ""),
  };
}

/** A filter that these records meet; a condition holds a limited number of values. */
export function idFilter(ids: string[]): string {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; at += idsPerCondition) {
    parts.push(`id in (${ids.slice(at, at + idsPerCondition).join(", ")})`);
  }
  return parts.join(" or ");
}

type ChooserProps = {
  label: string;
  icon: ReactNode;
  load: Loader;
  source: string;
  onChoose: (option: Option) => void;
  create?: (name: string) => void;
};

function Chooser({ label, icon, create, ...list }: ChooserProps) {
  return (
    <Combobox
      label={label}
      trigger={
        <Button size="sm" variant="ghost" aria-label={label} title={label}>
          {icon}
          <span className="max-xl:sr-only">{label}</span>
        </Button>
      }
      chosen={[]}
      create={create && { label: strings.records.newTag, run: create }}
      {...list}
    />
  );
}

function BarButton({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Button size="sm" variant="ghost" aria-label={label} title={label} onClick={onClick}>
      {icon}
      <span className="max-xl:sr-only">{label}</span>
    </Button>
  );
}
