import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { AuthToken } from "@/api/types";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";

const day = 86_400_000;
const personal = "urn:devrev:params:oauth:token-type:pat";

function token(name: string, more: Partial<AuthToken> = {}): AuthToken {
  return {
    id: name,
    subject: "don:identity:kith:devo/1:devu/1",
    created_date: "2020-01-01T00:00:00Z",
    status: "active",
    requested_token_type: personal,
    token_hint: name,
    issued_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 90 * day).toISOString(),
    ...more,
  };
}

describe("tokens", () => {
  it("lists personal tokens, those that work first, with what state they are in", async () => {
    const tokens = [
      token("gone", { status: "revoked", issued_at: "2020-01-02T00:00:00Z" }),
      token("old", { issued_at: "2020-01-01T00:00:00Z", expires_at: new Date(Date.now() - day).toISOString() }),
      token("soon", { expires_at: new Date(Date.now() + 3 * day - 1000).toISOString() }),
      token("fine", { issued_at: "2020-01-01T00:00:00Z" }),
      token("app", { requested_token_type: "urn:devrev:params:oauth:token-type:aat" }),
    ];
    serve({ ...signedIn, "auth-tokens.list": () => ok({ tokens }) });
    openApp("/settings/tokens");
    const rows = within(await screen.findByRole("list", { name: "Personal tokens" })).getAllByRole("listitem");
    const states = rows.map((row) =>
      /^(\w+?)(3 days left|Active|Expired|Revoked)/.exec(row.textContent ?? "")?.slice(1),
    );
    expect(states).toEqual([
      ["soon", "3 days left"],
      ["fine", "Active"],
      ["gone", "Revoked"],
      ["old", "Expired"],
    ]);
    expect(screen.getAllByRole("button", { name: /^Revoke/ })).toHaveLength(2);
  });

  it("creates one and shows its secret once", async () => {
    const tokens: AuthToken[] = [];
    const { calls } = serve({
      ...signedIn,
      "auth-tokens.list": () => ok({ tokens }),
      "auth-tokens.create": ({ token_hint }) => {
        tokens.push(token(token_hint ?? ""));
        return created({ access_token: "the-secret", token_type: "bearer", expires_in: 1_893_456_000 });
      },
    });
    const { user } = openApp("/settings/tokens");
    await user.click(await screen.findByRole("button", { name: "New token" }));
    await user.click(screen.getByRole("button", { name: "Create token" }));
    expect(screen.getByText(/Give it a name/)).toBeDefined();
    await user.type(screen.getByLabelText("Name"), "laptop");
    await user.selectOptions(screen.getByLabelText("Expires after"), "30 days");
    await user.click(screen.getByRole("button", { name: "Create token" }));
    expect(await screen.findByText("the-secret")).toBeDefined();
    expect(calls.find((call) => call.name === "auth-tokens.create")?.body).toEqual({
      grant_type: "urn:devrev:params:oauth:grant-type:token-issue",
      requested_token_type: personal,
      expires_in: 30,
      token_hint: "laptop",
    });
    await user.click(screen.getByRole("button", { name: "I have saved it" }));
    expect(screen.queryByText("the-secret")).toBeNull();
    expect(await screen.findByRole("button", { name: "Revoke laptop" })).toBeDefined();
    await user.click(screen.getByRole("button", { name: "New token" }));
    expect(screen.queryByText("the-secret")).toBeNull();
  });

  it("revokes one after asking", async () => {
    const tokens = [token("laptop")];
    const { calls } = serve({
      ...signedIn,
      "auth-tokens.list": () => ok({ tokens }),
      "auth-tokens.delete": () => {
        tokens[0] = token("laptop", { status: "revoked" });
      },
    });
    const { user } = openApp("/settings/tokens");
    await user.click(await screen.findByRole("button", { name: "Revoke laptop" }));
    const dialog = screen.getByRole("alertdialog", { name: "Revoke “laptop”?" });
    expect(document.activeElement).toBe(within(dialog).getByRole("button", { name: "Cancel" }));
    await user.click(within(dialog).getByRole("button", { name: "Revoke token" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(screen.getByText("Revoked")).toBeDefined();
    expect(calls.find((call) => call.name === "auth-tokens.delete")?.body).toEqual({ token_id: "laptop" });
  });

  it("keeps asking when revoking failed", async () => {
    serve({
      ...signedIn,
      "auth-tokens.list": () => ok({ tokens: [token("laptop")] }),
      "auth-tokens.delete": () => ({ status: 403, body: { message: "Not yours." } }),
    });
    const { user } = openApp("/settings/tokens");
    await user.click(await screen.findByRole("button", { name: "Revoke laptop" }));
    await user.click(screen.getByRole("button", { name: "Revoke token" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Not yours.");
  });

  it("opens by keyboard", async () => {
    serve({ ...signedIn, "auth-tokens.list": () => ok({ tokens: [] }) });
    const { user } = openApp("/contacts");
    await screen.findByText("No contacts yet");
    await user.keyboard("gt");
    await screen.findByText("No tokens yet");
    await user.keyboard("n");
    expect(await screen.findByRole("dialog", { name: "New personal token" })).toBeDefined();
  });
});
