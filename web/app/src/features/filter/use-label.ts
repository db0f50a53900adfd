import { useQueries } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { FieldKind } from "@/features/record/field";
import { recordKinds } from "@/features/record/record";

const isId = /^[A-Z]{3,5}-\d+$/;

/** What people call the values of a condition: the names of records that it gives by their ids. */
export function useLabels(kind: FieldKind, values: string[]): string[] {
  const found = useQueries({
    queries: values.map((value) => ({
      queryKey: ["label", kind, value],
      queryFn: ({ signal }: { signal: AbortSignal }) => labelOf(kind, value, signal),
      enabled: isId.test(value),
      staleTime: 5 * 60_000,
      retry: false,
    })),
  });
  return values.map((value, index) => found[index]?.data ?? value);
}

async function labelOf(kind: FieldKind, id: string, signal: AbortSignal): Promise<string> {
  switch (kind) {
    case "tag":
      return (await answer(api.POST("/tags.get", { body: { id }, signal }))).tag.name;
    case "member":
      return (await answer(api.POST("/dev-users.get", { body: { id }, signal }))).dev_user.display_name;
    case "account":
      return (await recordKinds.account.get(id, signal)).display_name ?? id;
    case "workspace":
      return (await recordKinds.rev_org.get(id, signal)).display_name ?? id;
    case "contact":
      return (await recordKinds.rev_user.get(id, signal)).display_name ?? id;
    case "part":
      return (await answer(api.POST("/parts.get", { body: { id }, signal }))).part.name;
    default:
      return id;
  }
}
