import { Link } from "@tanstack/react-router";
import { VerifiedBadge } from "@/features/record/marks";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { cn } from "@/lib/cn";

type RecordNameProps = {
  kind: RecordKind;
  record: AnyRecord;
  /** A press anywhere in the positioned element around it leads to the page too. */
  cover?: boolean;
};

/** A record's name as a link to its page, with the badge of a verified contact. */
export function RecordName({ kind, record, cover = false }: RecordNameProps) {
  return (
    <p className="flex items-center gap-1.5">
      <Link
        to={`${kind.path}/$id`}
        params={{ id: record.display_id }}
        className={cn("truncate font-medium", cover ? "after:absolute after:inset-0" : "hover:underline")}
      >
        {record.display_name || record.display_id}
      </Link>
      {record.is_verified && <VerifiedBadge />}
    </p>
  );
}
