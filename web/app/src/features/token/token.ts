import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { AuthToken, ServiceAccount, TokenRequest } from "@/api/types";

const urn = "urn:devrev:params:oauth" as const;
const personalType = `${urn}:token-type:pat` as const;
/** Of an application's token that stays on its servers. */
export const applicationType = `${urn}:token-type:aat` as const;
/** Of one that everybody can read. */
export const publicType = `${urn}:token-type:aat:public` as const;
export const actAsScope = "act-as";

const tokensKey = ["tokens"];

/** The signed-in member's personal access tokens: those that work first, newest before older. */
export const tokensQuery = queryOptions({
  queryKey: [...tokensKey, "personal"],
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
export function createToken(name: string, days: number): Promise<NewToken> {
  return issue({ requested_token_type: personalType, token_hint: name, expires_in: days });
}

async function issue(request: TokenRequest): Promise<NewToken> {
  const body = { grant_type: `${urn}:grant-type:token-issue`, ...request } as const;
  const created = await answer(api.POST("/auth-tokens.create", { body }));
  // Named like a duration, it is the moment of expiry in epoch seconds.
  const expiresAt = new Date(created.expires_in * 1000).toISOString();
  return { secret: created.access_token, name: request.token_hint ?? "", expiresAt };
}

/** An application with its tokens, those that work first. */
export type Application = { account: ServiceAccount; tokens: AuthToken[] };

export const applicationsQuery = queryOptions({
  queryKey: [...tokensKey, "applications"],
  queryFn: async ({ signal }): Promise<Application[]> => {
    const list = (type: typeof applicationType | typeof publicType) =>
      answer(api.POST("/auth-tokens.list", { body: { requested_token_type: type }, signal }));
    const [{ service_accounts }, ...lists] = await Promise.all([
      answer(api.POST("/service-accounts.list", { body: {}, signal })),
      list(applicationType),
      list(publicType),
    ]);
    const tokens = lists.flatMap((found) => found.tokens).sort(byUse);
    return service_accounts.map((account) => ({
      account,
      tokens: tokens.filter((token) => token.subject === account.id),
    }));
  },
});

export async function createApplication(name: string): Promise<ServiceAccount> {
  const created = await answer(api.POST("/service-accounts.create", { body: { display_name: name } }));
  return created.service_account;
}

export type ApplicationTokenDraft = {
  type: typeof applicationType | typeof publicType;
  actsAs: boolean;
  name: string;
  days: number;
};

/** Creates a token of an application. */
export function createApplicationToken(account: ServiceAccount, draft: ApplicationTokenDraft): Promise<NewToken> {
  return issue({
    requested_token_type: draft.type,
    service_account: account.id,
    expires_in: draft.days,
    token_hint: draft.name,
    ...(draft.actsAs && { scope: actAsScope }),
  });
}

export function revokeToken(id: string): Promise<unknown> {
  return answer(api.POST("/auth-tokens.delete", { body: { token_id: id } }));
}

export function refreshTokens(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: tokensKey });
}

export const expiryChoices = [7, 30, 90, 365];
export const defaultExpiry = 90;
export const maxTokenName = 100;
