import { AlarmClock, AlarmClockOff, CalendarClock, ChevronDown } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, SubmitActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import type { Item } from "@/features/inbox/item";
import { stageBack } from "@/features/inbox/item-controls";
import { useItemChange } from "@/features/inbox/items";
import { latest, localValue, presets, problemOf } from "@/features/inbox/snooze";
import { formatDateTime, formatMoment } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.inbox.snooze;

/** Puts a conversation off, and says until when it is. */
export function SnoozeControl({ item }: { item: Item }) {
  const [open, setOpen] = useState(false);
  const change = useItemChange(item);
  const { snoozedUntil } = item;
  useHotkeys({ z: () => setOpen(true) });
  const when = snoozedUntil && formatMoment(snoozedUntil);
  return (
    <SnoozeMenu
      open={open}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <Button
          size="sm"
          variant={when ? "secondary" : "ghost"}
          pending={change.isPending}
          title={snoozedUntil ? words.snoozedUntil(formatDateTime(snoozedUntil)) : words.hint}
        >
          <AlarmClock aria-hidden />
          {when ? words.snoozedUntil(when) : words.action}
          {when && <ChevronDown aria-hidden className="text-ink-3" />}
        </Button>
      }
      isSnoozed={snoozedUntil !== undefined}
      onChoose={(until) =>
        change.mutate({
          said: until ? words.snoozedUntil(formatMoment(until)) : words.woken,
          changes: { snoozed_until: until },
          back: stageBack(item),
        })
      }
    />
  );
}

type SnoozeMenuProps = {
  trigger: ReactNode;
  isSnoozed: boolean;
  /** A time, or null to wake what is put off. */
  onChoose: (until: string | null) => void;
  align?: "start" | "end";
  side?: "top" | "bottom";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

export function SnoozeMenu({ isSnoozed, onChoose, ...menu }: SnoozeMenuProps) {
  const [picks, setPicks] = useState(false);
  return (
    <>
      <Menu {...menu}>
        {isSnoozed && (
          <>
            <MenuItem onSelect={() => onChoose(null)}>
              <AlarmClockOff aria-hidden />
              {words.wake}
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        {presets(new Date()).map(({ label, until }) => (
          <MenuItem key={label} onSelect={() => onChoose(until.toISOString())}>
            <span className="flex-1">{label}</span>
            <span className="text-ink-3 text-xs tabular-nums">{formatMoment(until.toISOString())}</span>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => setPicks(true)}>
          <CalendarClock aria-hidden />
          {words.pick}
        </MenuItem>
      </Menu>
      {picks && (
        <PickDialog
          onClose={() => setPicks(false)}
          onPick={(until) => {
            setPicks(false);
            onChoose(until);
          }}
        />
      )}
    </>
  );
}

type PickDialogProps = { onClose: () => void; onPick: (until: string) => void };

function PickDialog({ onClose, onPick }: PickDialogProps) {
  const [now] = useState(() => new Date());
  const [value, setValue] = useState(() => localValue(presets(now)[1]?.until ?? now));
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problem = problemOf(value, new Date());
    setError(problem);
    if (!problem) onPick(new Date(value).toISOString());
  };
  return (
    <Dialog open onOpenChange={(stays) => !stays && onClose()} title={words.pickTitle} description={words.hint}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <Field name="snoozed_until" label={words.moment} error={error}>
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              autoFocus
              min={localValue(now)}
              max={localValue(latest(now))}
              value={value}
              onChange={(event) => {
                setValue(event.target.value);
                setError(undefined);
              }}
            />
          )}
        </Field>
        <SubmitActions onCancel={onClose} pending={false}>
          {words.action}
        </SubmitActions>
      </form>
    </Dialog>
  );
}
