import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { strings } from "@/strings";

type QueryStateProps<Data> = {
  query: Pick<UseQueryResult<Data>, "data" | "error" | "isFetching" | "refetch">;
  /** What a screen reader says while it loads. */
  loading: string;
  /** How many grey bars stand for what loads. */
  bars?: number;
  children: (data: Data) => ReactNode;
};

/** What a query found; before that grey bars, or what went wrong and a button that tries again. */
export function QueryState<Data>({ query, loading, bars = 3, children }: QueryStateProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <Alert>
        <p className="mb-2">{messageOf(query.error)}</p>
        <Button size="sm" pending={query.isFetching} onClick={() => query.refetch()}>
          {strings.common.tryAgain}
        </Button>
      </Alert>
    );
  }
  return (
    <div role="status" aria-label={loading} className="grid gap-2">
      {Array.from({ length: bars }, (_, bar) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={bar} className="h-10 rounded-lg" />
      ))}
    </div>
  );
}
