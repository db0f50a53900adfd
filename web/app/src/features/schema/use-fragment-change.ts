import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Change, changeFragment, type Scope, schemasKey } from "@/features/schema/schema";

/** Changes a scope's fields. Changes run one after the other, each on what the one before has made. */
export function useFragmentChange(scope: Scope) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => changeFragment(scope, change),
    scope: { id: "schemas" },
    onSuccess: () => client.invalidateQueries({ queryKey: schemasKey }),
  });
}
