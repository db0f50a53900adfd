import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openApp } from "@/testing/app";
import { ada, ok, serve, signedIn } from "@/testing/server";

describe("organisation and members", () => {
  it("changes the time zone and nothing else", async () => {
    const settings = { time_zone: "" };
    const { calls } = serve({
      ...signedIn,
      "dev-orgs.settings.get": () => ok({ settings }),
      "dev-orgs.settings.update": () => ok({ settings: { time_zone: "Europe/Berlin" } }),
    });
    const { user } = openApp("/settings/organisation");
    await user.click(await screen.findByRole("button", { name: "Time zone: UTC" }));
    await user.keyboard("berl");
    await user.click(await screen.findByRole("option", { name: "Europe/Berlin" }));
    await waitFor(() =>
      expect(calls.find((call) => call.name === "dev-orgs.settings.update")?.body).toEqual({
        time_zone: "Europe/Berlin",
      }),
    );
    expect(await screen.findByRole("button", { name: "Time zone: Europe/Berlin" })).toBeDefined();
  });

  it("lists members with the state that each is in", async () => {
    const member = {
      ...ada,
      type: "dev_user",
      modified_date: "2026-01-01T00:00:00Z",
      created_date: "2026-01-01T00:00:00Z",
    };
    serve({
      ...signedIn,
      "dev-users.list": () =>
        ok({
          dev_users: [
            { ...member, state: "active" },
            { ...member, id: "2", display_name: "Bob", state: "deactivated" },
          ],
        }),
    });
    openApp("/settings/members");
    const rows = within(await screen.findByRole("list", { name: "Members" })).getAllByRole("listitem");
    expect(rows.map((row) => /(You)?(Active|Deactivated)/.exec(row.textContent ?? "")?.[0])).toEqual([
      "YouActive",
      "Deactivated",
    ]);
  });
});
