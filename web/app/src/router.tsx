import { createRouter, type RouterHistory } from "@tanstack/react-router";
import { sessionQuery } from "@/features/session/session";
import { setSessionLost } from "@/features/session/session-lost";
import { createQueryClient } from "@/lib/query-client";
import { routeTree } from "./routeTree.gen";

/** The app's router and the cache that its routes read. Without a history the browser's own is used. */
export function createApp(history?: RouterHistory) {
  const client = createQueryClient(() => {
    // The session ended elsewhere: the page asks for the password and keeps what is typed in it.
    if (client.getQueryData(sessionQuery.queryKey)) setSessionLost(true);
  });
  const router = createRouter({
    routeTree,
    ...(history ? { history } : {}),
    context: { client },
    defaultPreload: false,
    defaultPendingMs: 300,
  });
  return { client, router };
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createApp>["router"];
  }
}
