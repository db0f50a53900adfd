import { formatDateTime, formatRelative } from "@/lib/format";

/** "3 hours ago", with the exact moment in the reader's zone as a tooltip. */
export function RelativeTime({ iso }: { iso: string | undefined }) {
  return (
    <time dateTime={iso} title={formatDateTime(iso)} className="whitespace-nowrap">
      {formatRelative(iso)}
    </time>
  );
}
