import { Link } from "@tanstack/react-router";
import type { ApiError } from "@/api/client";
import { recordKinds } from "@/features/record/record";
import { strings } from "@/strings";

export type Holder = { type: keyof typeof recordKinds; display_id: string; display_name: string };

/** Who has what was asked for, when an error is about that. */
export function holderOf(error: ApiError): Holder | undefined {
  const holder = error.body.holder as Partial<Holder> | undefined;
  if (!holder?.display_id || !holder.type || !(holder.type in recordKinds)) return undefined;
  return { type: holder.type, display_id: holder.display_id, display_name: holder.display_name ?? holder.display_id };
}

export function HolderLink({ holder }: { holder: Holder }) {
  return (
    <Link
      to={`${recordKinds[holder.type].path}/$id`}
      params={{ id: holder.display_id }}
      target="_blank"
      className="font-medium underline underline-offset-2"
    >
      {strings.create.openHolder(holder.display_name)}
    </Link>
  );
}
