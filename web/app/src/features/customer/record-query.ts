import { queryOptions } from "@tanstack/react-query";
import { type RecordType, recordKinds } from "@/features/record/record";

/** One record by its id or display id. */
export function recordQuery(type: RecordType, id: string) {
  return queryOptions({
    queryKey: ["record", type, id],
    queryFn: ({ signal }) => recordKinds[type].get(id, signal),
    staleTime: 10_000,
  });
}
