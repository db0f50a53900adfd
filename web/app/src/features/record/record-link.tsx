import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type RecordType, recordKinds } from "@/features/record/record";

const types: Record<string, RecordType> = { REVU: "rev_user", ACC: "account", REV: "rev_org" };

type RecordLinkProps = { /** Such as REVU-7, which tells the type too. */ id: string | undefined; children: ReactNode };

/** A record's name that leads to its page; plain text for what has none. */
export function RecordLink({ id = "", children }: RecordLinkProps) {
  const type = types[id.split("-")[0] ?? ""];
  if (!type) return <span className="font-medium">{children}</span>;
  return (
    <Link
      to={`${recordKinds[type].path}/$id`}
      params={{ id }}
      className="break-words font-medium underline-offset-2 hover:underline"
    >
      {children}
    </Link>
  );
}
