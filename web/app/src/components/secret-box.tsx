import { CopyButton } from "@/components/copy-button";

type SecretBoxProps = { value: string; label: string };

/** A secret that is shown once: selectable as a whole and copied with one press. */
export function SecretBox({ value, label }: SecretBoxProps) {
  return (
    <div className="overflow-hidden rounded-xl border border-line-strong bg-sunken">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long secrets scroll, also by keyboard */}
      <section aria-label="Token" tabIndex={0} className="max-h-40 overflow-y-auto outline-offset-[-2px]">
        <code
          data-testid="secret"
          className="block select-all break-all px-3.5 py-3 font-mono text-[0.8125rem] leading-relaxed"
        >
          {value}
        </code>
      </section>
      <div className="flex items-center justify-between gap-3 border-line border-t bg-surface px-3.5 py-2">
        <span className="text-[0.8125rem] text-ink-3">{label}</span>
        <CopyButton text={value} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  );
}
