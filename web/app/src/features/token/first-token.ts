import { type QueryClient, skipToken, useQuery } from "@tanstack/react-query";
import { createToken, type NewToken } from "@/features/token/token";

// The secret lives in this cache entry alone: not in the URL, not in the
// browser's history or storage.
const key = ["first-token"];
const days = 90;

/** Creates the new admin's first token and keeps it for the welcome page. A failure is left to that page. */
export async function issueFirstToken(client: QueryClient): Promise<void> {
  try {
    client.setQueryData(key, await createToken("First token", days));
  } catch {
    // The organisation exists all the same; the page offers to try again.
  }
}

/** The first token while this page has not been left or reloaded. */
export function useFirstToken(): NewToken | undefined {
  return useQuery<NewToken>({ queryKey: key, queryFn: skipToken }).data;
}

export function forgetFirstToken(client: QueryClient): void {
  client.removeQueries({ queryKey: key });
}
