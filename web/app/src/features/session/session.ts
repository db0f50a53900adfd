import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { ApiError, answer, api } from "@/api/client";
import type { DevOrg, DevUser } from "@/api/types";
import { clearToasts } from "@/lib/toast";

export type Session = { user: DevUser; org: DevOrg };

/** Who is signed in, or null. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: 5 * 60_000,
});

async function fetchSession(signal: AbortSignal): Promise<Session | null> {
  try {
    const [self, org] = await Promise.all([
      answer(api.POST("/dev-users.self", { body: {}, signal })),
      answer(api.POST("/dev-orgs.get", { body: {}, signal })),
    ]);
    return { user: self.dev_user, org: org.dev_org };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Whether this Kith still waits for its first organisation, and whether that takes a code. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => answer(api.POST("/setup.get", { body: {}, signal })),
  staleTime: 0,
});

/** For a route's beforeLoad: the session, or a redirect to first run or sign-in that leads back to `href`. */
export async function requireSession(client: QueryClient, href: string): Promise<Session> {
  const session = await client.ensureQueryData(sessionQuery);
  if (session) return session;
  const setup = await client.fetchQuery(setupQuery);
  if (setup.needs_setup) throw redirect({ to: "/setup" });
  throw redirect({ to: "/sign-in", search: isDefaultPlace(href) ? {} : { redirect: href } });
}

function isDefaultPlace(href: string): boolean {
  return href === "/" || href === "/contacts";
}

/** Drops everything the last member could see and remembers who is signed in now. */
export function startSession(client: QueryClient, session: Session | null): void {
  client.clear();
  clearToasts();
  client.setQueryData(sessionQuery.queryKey, session);
}
