import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { AuthToken, ServiceAccount } from "@/api/types";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";

const privateType = "urn:devrev:params:oauth:token-type:aat";
const publicType = "urn:devrev:params:oauth:token-type:aat:public";

const shop: ServiceAccount = {
  id: "don:identity:kith:devo/1:svcacc/1",
  display_id: "SVCACC-1",
  display_name: "Shop",
  client_id: "client-1",
  state: "active",
  type: "service_account",
  created_date: "2026-01-01T00:00:00Z",
  modified_date: "2026-01-01T00:00:00Z",
};

function token(name: string, type: string, more: Partial<AuthToken> = {}): AuthToken {
  const now = new Date().toISOString();
  return {
    id: name,
    subject: shop.id,
    client_id: shop.client_id,
    status: "active",
    requested_token_type: type,
    token_hint: name,
    created_date: now,
    issued_at: now,
    ...more,
  };
}

describe("applications", () => {
  it("lists the tokens of each by where they are kept", async () => {
    serve({
      ...signedIn,
      "service-accounts.list": () => ok({ service_accounts: [shop, { ...shop, id: "other", display_name: "Sync" }] }),
      "auth-tokens.list": ({ requested_token_type: type }) => {
        if (type === privateType) return ok({ tokens: [token("backend", privateType, { scopes: ["act-as"] })] });
        return ok({ tokens: type === publicType ? [token("page", publicType)] : [] });
      },
    });
    openApp("/settings/tokens");
    const rows = within(await screen.findByRole("list", { name: "Tokens of Shop" })).getAllByRole("listitem");
    expect(rows.map((row) => /^(backend|page)\w*/.exec(row.textContent ?? "")?.[0])).toEqual([
      "backendActivePrivateMay",
      "pageActivePublicCreated",
    ]);
    expect(screen.getByText("No token yet. Add one to let it in.")).toBeDefined();
  });

  it("creates one with its token, and no second one when only the token failed", async () => {
    let isFull = true;
    const { calls } = serve({
      ...signedIn,
      "service-accounts.list": () => ok({ service_accounts: [] }),
      "auth-tokens.list": () => ok({ tokens: [] }),
      "service-accounts.create": () => created({ service_account: shop }),
      "auth-tokens.create": () =>
        isFull
          ? { status: 409, body: { message: "there are too many tokens" } }
          : created({ access_token: "the-secret", token_type: "bearer", expires_in: 1_893_456_000 }),
    });
    const { user } = openApp("/settings/tokens");
    await user.click(await screen.findByRole("button", { name: "New application" }));
    await user.type(screen.getByLabelText("Application"), "Shop");
    await user.type(screen.getByLabelText("Name of the token"), "Production");
    await user.click(screen.getByLabelText(/May act as/));
    await user.click(screen.getByRole("button", { name: "Create application" }));
    expect(await screen.findByText("There are too many tokens")).toBeDefined();
    isFull = false;
    await user.click(screen.getByRole("button", { name: "Create application" }));
    expect(await screen.findByText("the-secret")).toBeDefined();
    expect(calls.filter((call) => call.name === "service-accounts.create")).toHaveLength(1);
    expect(calls.findLast((call) => call.name === "auth-tokens.create")?.body).toEqual({
      grant_type: "urn:devrev:params:oauth:grant-type:token-issue",
      requested_token_type: privateType,
      service_account: shop.id,
      expires_in: 90,
      token_hint: "Production",
      scope: "act-as",
    });
  });
});
