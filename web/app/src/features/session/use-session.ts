import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import { type Session, sessionQuery, startSession } from "@/features/session/session";

/** Who is signed in. Only for pages below a route that requires a session; null while signing out. */
export function useSession(): Session | null {
  return useSuspenseQuery(sessionQuery).data;
}

/** Ends the session here and on the server, then shows the sign-in page. */
export function useSignOut() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: () => answer(api.POST("/sessions.delete", { body: {} })),
    onSuccess: async () => {
      client.setQueryData(sessionQuery.queryKey, null); // or sign-in would lead straight back
      await router.navigate({ to: "/sign-in" });
      startSession(client, null);
    },
  });
}
