type SectionHeadingProps = { id: string; title: string; hint?: string };

/** Names a part of the import dialog. */
export function SectionHeading({ id, title, hint }: SectionHeadingProps) {
  return (
    <div>
      <h3 id={id} className="font-medium">
        {title}
      </h3>
      {hint && <p className="text-[0.8125rem] text-ink-3">{hint}</p>}
    </div>
  );
}
