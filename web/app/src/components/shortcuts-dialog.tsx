import { Fragment } from "react";
import { places, quietPlaces, settingsPlaces } from "@/components/places";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { strings } from "@/strings";

const shortcuts: { does: string; keys: string[] }[] = [
  ...[...places, ...quietPlaces, ...settingsPlaces].map(({ label, key }) => ({
    does: strings.shortcuts.goTo(label),
    keys: ["G", key.toUpperCase()],
  })),
  { does: strings.shortcuts.palette, keys: ["Ctrl", "K"] },
  { does: strings.shortcuts.rows, keys: ["J", "K"] },
  { does: strings.shortcuts.open, keys: ["Enter"] },
  { does: strings.shortcuts.peek, keys: ["Space"] },
  { does: strings.shortcuts.choose, keys: ["X"] },
  { does: strings.shortcuts.search, keys: ["/"] },
  { does: strings.shortcuts.create, keys: ["N"] },
  { does: strings.shortcuts.refresh, keys: ["R"] },
  { does: strings.inbox.shortcuts.reply, keys: ["R"] },
  { does: strings.inbox.shortcuts.note, keys: ["N"] },
  { does: strings.inbox.shortcuts.assign, keys: ["I"] },
  { does: strings.inbox.markUnread, keys: ["Shift", "U"] },
  { does: strings.inbox.shortcuts.snooze, keys: ["Z"] },
  { does: strings.inbox.shortcuts.back, keys: ["U"] },
  { does: strings.inbox.shortcuts.send, keys: ["Ctrl", "Enter"] },
  { does: strings.duplicates.shortcuts.merge, keys: ["M"] },
  { does: strings.duplicates.shortcuts.reject, keys: ["X"] },
  { does: strings.shortcuts.help, keys: ["?"] },
];

type ShortcutsDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function ShortcutsDialog({ open, onOpenChange }: ShortcutsDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-2.5">
        {shortcuts.map(({ does, keys }) => (
          <Fragment key={does}>
            <dt className="text-ink-2">{does}</dt>
            <dd className="flex justify-end gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
