import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { OrgSettings, Resolution } from "@/api/types";
import { openApp } from "@/testing/app";
import { ok, serve, signedIn } from "@/testing/server";

const settings: OrgSettings = {
  shared_emails: true,
  single_association: false,
  require_account: false,
  named_whatsapp: false,
  blocked_values: ["info@"],
  max_identifiers: 0,
  auto_merge_precision: 0.97,
  time_zone: "",
};
const mia = { id: "don:1", display_id: "REVU-1", display_name: "Mia", type: "rev_user" as const };

const nothing: Resolution = {
  decision: "created",
  identifiers: [],
  rules: [],
  candidates: [],
  merges: [],
  changes: [],
  attaches: [],
};

describe("identity rules", () => {
  it("previews and saves only what was changed", async () => {
    const { calls } = serve({
      ...signedIn,
      "dev-orgs.settings.get": () => ok({ settings }),
      // A page may be empty and still lead on.
      "identities.preview-rules": ({ cursor }) =>
        cursor
          ? ok({ effects: [{ effect: "join", by: { kind: "email", value: "a@b.example" }, rev_users: [mia] }] })
          : ok({ effects: [], next_cursor: "2" }),
      "dev-orgs.settings.update": () => ok({ settings: { ...settings, shared_emails: false } }),
    });
    const { user } = openApp("/settings/identity");
    const shared = await screen.findByLabelText(/Several contacts may have one address/);
    expect(screen.queryByRole("button", { name: "Save rules" })).toBeNull();
    expect(screen.getByText("When at least 97% are right")).toBeDefined();
    await user.click(shared);
    await user.click(screen.getByRole("button", { name: "Preview" }));
    const sheet = screen.getByRole("dialog", { name: "What would change" });
    expect(await within(sheet).findByText("Mia")).toBeDefined();
    expect(within(sheet).getByText(/They share the e-mail address a@b.example/)).toBeDefined();
    await user.click(within(sheet).getByRole("button", { name: "Save rules" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Save rules" })).toBeNull());
    expect(calls.find((call) => call.name === "dev-orgs.settings.update")?.body).toEqual({ shared_emails: false });
  });

  it("names the blocked value that is none, and keeps what was typed", async () => {
    serve({
      ...signedIn,
      "dev-orgs.settings.get": () => ok({ settings }),
      "dev-orgs.settings.update": () => ({
        status: 400,
        body: { message: "blocked_values[1]: is none of these", field_name: "blocked_values[1]" },
      }),
    });
    const { user } = openApp("/settings/identity");
    const blocked = await screen.findByLabelText<HTMLTextAreaElement>("Values that identify nobody");
    await user.type(blocked, "{enter}nonsense");
    await user.click(screen.getByRole("button", { name: "Save rules" }));
    expect(await screen.findByText("“nonsense”: is none of these")).toBeDefined();
    expect(blocked.value).toBe("info@\nnonsense");
    await user.click(screen.getByRole("button", { name: "Discard" }));
    expect(blocked.value).toBe("info@");
  });

  it("tells which rule decided in the debugger", async () => {
    const { calls } = serve({
      ...signedIn,
      "identities.resolve": ({ token }) =>
        token
          ? ok({ ...nothing, decision: "none", token: { valid: false, reason: "It has expired." } })
          : ok({
              ...nothing,
              identifiers: [{ kind: "email", value: "a@b.example", given: "A@b.example", proof: "entered" }],
              rules: [{ rule: "email", kind: "email", value: "a@b.example", holders: [mia], result: "several_have" }],
              candidates: [{ rev_user: mia, rule: "held", by: { kind: "email", value: "a@b.example" } }],
            }),
    });
    const { user } = openApp("/settings/identity?view=debugger");
    await user.selectOptions(await screen.findByLabelText("Channel"), "E-mail");
    await user.type(screen.getByLabelText("E-mail address"), "A@b.example");
    await user.click(screen.getByRole("button", { name: "Try it" }));
    expect(await screen.findByText("A new contact would be created")).toBeDefined();
    expect(screen.getByText("Several have it.")).toBeDefined();
    expect(screen.getByText("Held by Mia (REVU-1)")).toBeDefined();
    expect(screen.getByText("May be the same person")).toBeDefined();
    expect(calls.find((call) => call.name === "identities.resolve")?.body).toEqual({
      observation: {
        channel: "email",
        display_name: "",
        emails: ["A@b.example"],
        phone_numbers: [],
        external_refs: [],
      },
    });
    await user.click(screen.getByRole("radio", { name: /A token/ }));
    expect(screen.queryByText("A new contact would be created")).toBeNull();
    await user.type(screen.getByLabelText("Token"), "abc");
    await user.click(screen.getByRole("button", { name: "Try it" }));
    expect(await screen.findByText("It has expired.")).toBeDefined();
  });
});
