import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { AuthToken } from "@/api/types";

const urn = "urn:devrev:params:oauth" as const;
const personalType = `${urn}:token-type:pat` as const;

/** The signed-in member's personal access tokens: those that work first, newest before older. */
export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) => {
    const { tokens } = await answer(api.POST("/auth-tokens.list", { body: {}, signal }));
    return tokens.filter((token) => token.requested_token_type === personalType).sort(byUse);
  },
});

function byUse(a: AuthToken, b: AuthToken): number {
  return Number(isUsable(b)) - Number(isUsable(a)) || b.issued_at.localeCompare(a.issued_at);
}

/** Whether the server would still accept the token. */
export function isUsable(token: AuthToken): boolean {
  return token.status === "active" && !(token.expires_at && Date.parse(token.expires_at) <= Date.now());
}

export type NewToken = {
  /** The secret: the server never tells it again. */
  secret: string;
  name: string;
  expiresAt: string;
};

/** Creates a personal access token that works for that many days. */
export async function createToken(name: string, days: number): Promise<NewToken> {
  const request = {
    grant_type: `${urn}:grant-type:token-issue`,
    requested_token_type: personalType,
    expires_in: days,
    token_hint: name,
  } as const;
  const created = await answer(api.POST("/auth-tokens.create", { body: request }));
  // Named like a duration, it is the moment of expiry in epoch seconds.
  return { secret: created.access_token, name, expiresAt: new Date(created.expires_in * 1000).toISOString() };
}

export function revokeToken(id: string): Promise<unknown> {
  return answer(api.POST("/auth-tokens.delete", { body: { token_id: id } }));
}

export function refreshTokens(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: tokensQuery.queryKey });
}

export const expiryChoices = [7, 30, 90, 365];
export const defaultExpiry = 90;
export const maxTokenName = 100;
