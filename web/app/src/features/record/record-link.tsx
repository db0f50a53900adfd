import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

const paths = {
  REVU: "/contacts",
  ACC: "/accounts",
  REV: "/workspaces",
  CONV: "/conversations",
  TKT: "/tickets",
  OPP: "/opportunities",
} as const;

/** Where the page of a record is, by its display id; undefined for what has none. */
export function pathOf(id = "") {
  return paths[id.split("-")[0] as keyof typeof paths] as (typeof paths)[keyof typeof paths] | undefined;
}

type RecordLinkProps = { /** Such as REVU-7, which tells the type too. */ id: string | undefined; children: ReactNode };

/** A record's name that leads to its page; plain text for what has none. */
export function RecordLink({ id = "", children }: RecordLinkProps) {
  const path = pathOf(id);
  if (!path) return <span className="font-medium">{children}</span>;
  return (
    <Link to={`${path}/$id`} params={{ id }} className="break-words font-medium underline-offset-2 hover:underline">
      {children}
    </Link>
  );
}
