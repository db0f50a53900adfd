import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openApp } from "@/testing/app";
import { acme, ada, created, emptyOrg, ok, serve, signedIn, signedOut, unauthenticated } from "@/testing/server";

describe("first run", () => {
  const fresh = { ...signedOut, "setup.get": () => ok({ needs_setup: true, code_required: false }) };

  it("leads to setup and ends with the token, once", async () => {
    const expires = Date.parse("2030-01-02T12:00:00Z") / 1000;
    const { calls } = serve({
      ...fresh,
      ...emptyOrg,
      "setup.create": () => created({ dev_user: ada, dev_org: acme }),
      "auth-tokens.create": () => created({ access_token: "secret-token", token_type: "bearer", expires_in: expires }),
    });
    const { user, router } = openApp("/");
    await user.type(await screen.findByLabelText("Organisation"), "Acme");
    await user.type(screen.getByLabelText("Your name"), "Ada Lovelace");
    await user.type(screen.getByLabelText("E-mail"), " ada@acme.com ");
    await user.type(screen.getByLabelText("Password"), "correct horse battery ");
    await user.click(screen.getByRole("button", { name: "Create organisation" }));

    expect(await screen.findByText("secret-token")).toBeDefined();
    expect(screen.getByText(/2030/)).toBeDefined();
    expect(screen.getByText(/kith import contacts customers\.csv/)).toBeDefined();
    expect(calls.find((call) => call.name === "setup.create")?.body).toEqual({
      dev_org_name: "Acme",
      display_name: "Ada Lovelace",
      email: "ada@acme.com",
      password: "correct horse battery ",
    });

    await user.click(screen.getByRole("button", { name: /saved it/ }));
    expect(await screen.findByText("Bring in your customers")).toBeDefined();
    await router.navigate({ to: "/welcome" });
    expect(await screen.findByText(/shown once/)).toBeDefined();
    expect(screen.queryByText("secret-token")).toBeNull();
  });

  it("names every field that is missing and focuses the first", async () => {
    const { calls } = serve(fresh);
    const { user } = openApp("/setup");
    await user.type(await screen.findByLabelText("Password"), "short");
    await user.click(screen.getByRole("button", { name: "Create organisation" }));
    for (const text of ["Name your organisation", "Enter your name", "Enter your e-mail address"]) {
      expect(screen.getByText(text)).toBeDefined();
    }
    expect(screen.getByText(/too short/)).toBeDefined();
    expect(document.activeElement).toBe(screen.getByLabelText("Organisation"));
    expect(calls.map((call) => call.name)).not.toContain("setup.create");
    await user.type(screen.getByLabelText("Organisation"), "A");
    expect(screen.queryByText("Name your organisation")).toBeNull();
  });

  it("asks for the code when the server wants one, and shows the server's verdict at the field", async () => {
    serve({
      ...fresh,
      "setup.get": () => ok({ needs_setup: true, code_required: true }),
      "setup.create": () => ({
        status: 400,
        body: { type: "invalid_field", message: "Wrong code", field_name: "code" },
      }),
    });
    const { user } = openApp("/setup");
    await user.type(await screen.findByLabelText("Setup code"), "1234");
    await user.type(screen.getByLabelText("Organisation"), "Acme");
    await user.type(screen.getByLabelText("Your name"), "Ada");
    await user.type(screen.getByLabelText("E-mail"), "ada@acme.com");
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Create organisation" }));
    expect(await screen.findByText("Wrong code")).toBeDefined();
    expect(document.activeElement).toBe(screen.getByLabelText("Setup code"));
  });

  it("keeps the way open when the first token fails", async () => {
    serve({
      ...fresh,
      "setup.create": () => created({ dev_user: ada, dev_org: acme }),
      "auth-tokens.create": () => ({ status: 400, body: { message: "no" } }),
    });
    const { user } = openApp("/setup");
    await user.type(await screen.findByLabelText("Organisation"), "Acme");
    await user.type(screen.getByLabelText("Your name"), "Ada");
    await user.type(screen.getByLabelText("E-mail"), "ada@acme.com");
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Create organisation" }));
    await user.click(await screen.findByRole("button", { name: "Create a token" }));
    expect(await screen.findByText(/could not be created/)).toBeDefined();
    expect(screen.getByRole("button", { name: /Continue/ })).toBeDefined();
  });

  it("is over once it was done", async () => {
    serve({ ...signedOut });
    const { router } = openApp("/setup");
    await waitFor(() => expect(router.state.location.pathname).toBe("/sign-in"));
  });
});

describe("signing in", () => {
  async function signIn(user: ReturnType<typeof openApp>["user"]) {
    await user.type(await screen.findByLabelText("E-mail"), "ada@acme.com");
    await user.type(screen.getByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
  }

  it("returns to the page that was asked for", async () => {
    serve({
      ...signedOut,
      "sessions.create": () => created({ dev_user: ada, dev_org: acme }),
      "auth-tokens.list": () => ok({ tokens: [] }),
    });
    const { user, router } = openApp("/settings/tokens");
    await signIn(user);
    expect(await screen.findByText("No tokens yet")).toBeDefined();
    expect(router.state.location.pathname).toBe("/settings/tokens");
  });

  it("tells a wrong password and keeps what was typed", async () => {
    serve({ ...signedOut, "sessions.create": () => unauthenticated("E-mail or password is wrong.") });
    const { user } = openApp("/sign-in");
    await signIn(user);
    expect((await screen.findByRole("alert")).textContent).toBe("E-mail or password is wrong.");
    expect(screen.getByLabelText<HTMLInputElement>("E-mail").value).toBe("ada@acme.com");
  });

  it("lets people of several organisations choose", async () => {
    const globex = { id: "don:2", display_id: "DEV-2", display_name: "Globex" };
    const { calls } = serve({
      ...signedOut,
      ...emptyOrg,
      "sessions.create": ({ dev_org }) =>
        dev_org
          ? created({ dev_user: ada, dev_org: globex })
          : { status: 409, body: { type: "conflict", message: "Which?", dev_orgs: [acme, globex] } },
    });
    const { user } = openApp("/sign-in");
    await signIn(user);
    await user.click(await screen.findByRole("button", { name: "Globex" }));
    expect(await screen.findByText("No contacts yet")).toBeDefined();
    expect(calls.filter((call) => call.name === "sessions.create").at(-1)?.body).toEqual({
      email: "ada@acme.com",
      password: "correct horse battery",
      dev_org: "don:2",
    });
  });

  it("checks the form before it asks the server", async () => {
    const { calls } = serve(signedOut);
    const { user } = openApp("/sign-in");
    await user.type(await screen.findByLabelText("E-mail"), "ada");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(screen.getByText(/not an e-mail address/)).toBeDefined();
    expect(screen.getByText("Enter your password")).toBeDefined();
    expect(calls.map((call) => call.name)).not.toContain("sessions.create");
  });
});

describe("signing out", () => {
  it("forgets everything and leads to sign-in", async () => {
    let open = true;
    serve({
      ...emptyOrg,
      "setup.get": () => ok({ needs_setup: false, code_required: false }),
      "dev-users.self": () => (open ? ok({ dev_user: ada }) : unauthenticated()),
      "dev-orgs.get": () => (open ? ok({ dev_org: acme }) : unauthenticated()),
      "sessions.delete": () => {
        open = false;
      },
    });
    const { user, client } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: /Account menu/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await screen.findByRole("heading", { name: "Sign in to Kith" })).toBeDefined();
    expect(client.getQueryCache().findAll({ queryKey: ["records"] })).toEqual([]);
  });

  it("keeps the page when the session ended elsewhere, and asks for the password", async () => {
    let open = false;
    const { calls } = serve({
      ...signedIn,
      "rev-users.query": () => (open ? ok({ count: 0, more: false, rev_users: [] }) : unauthenticated()),
      "sessions.create": () => {
        open = true;
        return created({ dev_user: ada, dev_org: acme });
      },
    });
    const { user, router } = openApp("/contacts?sort=email%3Aasc");
    await user.type(await screen.findByLabelText("Password of ada@acme.com"), "correct horse battery{Enter}");
    expect(await screen.findByText("No contacts yet")).toBeDefined();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(router.state.location.search).toEqual({ sort: "email:asc" });
    const body = { email: "ada@acme.com", password: "correct horse battery", dev_org: acme.id };
    expect(calls.find(({ name }) => name === "sessions.create")?.body).toEqual(body);
  });

  it("leads to sign-in when that is not wanted", async () => {
    serve({
      ...signedIn,
      "setup.get": signedOut["setup.get"],
      "rev-users.query": () => unauthenticated(),
      "dev-users.self": () => (asked++ ? unauthenticated() : ok({ dev_user: ada })),
    });
    let asked = 0;
    const { user } = openApp("/contacts");
    await user.click(await screen.findByRole("button", { name: "Leave this page" }));
    expect(await screen.findByRole("heading", { name: "Sign in to Kith" })).toBeDefined();
  });
});

describe("reset link", () => {
  it("sets the password and leads to sign-in", async () => {
    const { calls } = serve({ ...signedOut, "password-resets.redeem": () => ok() });
    const { user, router } = openApp("/reset/abc-_123");
    await user.type(await screen.findByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Set the password" }));
    expect(await screen.findByText(/new password is set/)).toBeDefined();
    expect(router.state.location.pathname).toBe("/sign-in");
    expect(calls[0]?.body).toEqual({ token: "abc-_123", password: "correct horse battery" });
  });

  it("tells that a link was used", async () => {
    const body = { type: "invalid_field", field_name: "token", message: "The link was used." };
    serve({ ...signedOut, "password-resets.redeem": () => ({ status: 400, body }) });
    const { user } = openApp("/reset/used");
    await user.type(await screen.findByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Set the password" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/The link was used/);
  });
});

it("says when a page does not exist", async () => {
  serve(signedOut);
  openApp("/no/such/page");
  expect(await screen.findByRole("heading", { name: "Nothing here" })).toBeDefined();
});

it("offers to try again when the server is down", async () => {
  let up = false;
  const down = { status: 400, body: { message: "Down for a moment." } };
  serve({
    ...emptyOrg,
    "dev-users.self": () => (up ? ok({ dev_user: ada }) : down),
    "dev-orgs.get": () => ok({ dev_org: acme }),
  });
  const { user } = openApp("/contacts");
  expect((await screen.findByRole("alert")).textContent).toBe("Down for a moment.");
  up = true;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No contacts yet")).toBeDefined();
});
