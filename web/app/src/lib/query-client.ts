import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/client";

const maxRetries = 2;

/** The app's cache of server state. `onUnauthenticated` runs when any call finds the session gone. */
export function createQueryClient(onUnauthenticated: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) onUnauthenticated();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        // Signing in answers 401 to a wrong password: no session was lost.
        if (!mutation.meta?.isSignIn) onError(error);
      },
    }),
    defaultOptions: {
      queries: {
        // Kith often runs on the same machine or network: it answers also when
        // the browser believes to be offline.
        networkMode: "always",
        staleTime: 30_000,
        retry: (failures, error) => error instanceof ApiError && error.isTemporary && failures < maxRetries,
      },
      mutations: { networkMode: "always" },
    },
  });
}
