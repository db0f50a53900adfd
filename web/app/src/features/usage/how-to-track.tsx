import { Activity } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { StateMessage } from "@/components/state-message";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { snippets } from "@/features/usage/usage";
import { strings } from "@/strings";

const words = strings.usage;

/** What stands where there are no events yet: how to send some. */
export function HowToTrack({ kind, record }: { kind: RecordKind; record: AnyRecord }) {
  const contact = kind.type === "rev_user" ? `"rev_user": "${record.display_id}"` : `"user_ref": "${words.yourId}"`;
  const { page, backend } = snippets(window.location.origin, contact);
  return (
    <StateMessage icon={Activity} title={words.none}>
      <p className="text-pretty text-ink-2">{kind.type === "rev_user" ? words.noneOfContact : words.noneOfCustomer}</p>
      <div className="mt-4 grid w-full grid-cols-[minmax(0,1fr)] gap-5 text-left">
        <Snippet title={words.fromPage} text={page} />
        <Snippet title={words.fromBackend} text={backend} />
      </div>
    </StateMessage>
  );
}

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title} className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-medium text-[0.8125rem]">{title}</h3>
        <CopyButton text={text} label={words.copy(title)} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-lg border border-line bg-sunken px-3 py-2.5 font-mono text-xs"
      >
        {text}
      </pre>
    </section>
  );
}
