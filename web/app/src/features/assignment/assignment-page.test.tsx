import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { AssignmentRule } from "@/api/types";
import { AssignmentPage } from "@/features/assignment/assignment-page";
import { adaSummary } from "@/testing/inbox";
import { created, ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

function rule(n: number, more: Partial<AssignmentRule> = {}): AssignmentRule {
  return {
    id: `don:core:kith:devo/1:assignment_rule/${n}`,
    display_id: `RULE-${n}`,
    type: "assignment_rule",
    name: `Rule ${n}`,
    is_enabled: true,
    applies_to: ["conversation", "ticket"],
    source_channels: [],
    strategy: "round_robin",
    members: [adaSummary],
    max_open: 0,
    created_date: "2026-01-02T00:00:00.000Z",
    modified_date: "2026-01-02T00:00:00.000Z",
    created_by: adaSummary,
    modified_by: adaSummary,
    ...more,
  };
}

const gold = rule(1, { name: "Gold", contact_filter: "account.tier = gold", source_channels: ["plug"], max_open: 5 });

describe("the rules of assignment", () => {
  it("says what each rule does, and puts them into another order", async () => {
    const rest = rule(2, { name: "Rest", is_enabled: false });
    const { calls } = serve({
      "assignment-rules.list": () => ok({ assignment_rules: [gold, rest] }),
      "assignment-rules.reorder": () => ok({ assignment_rules: [rest, gold] }),
    });
    const { user } = show(<AssignmentPage />);
    const [first, second] = await screen.findAllByRole("listitem");
    expect(first?.textContent).toContain("Conversations and tickets by plug whose contact has account.tier = gold");
    expect(first?.textContent).toContain("to Ada Lovelace, up to 5 open each");
    expect(within(second as HTMLElement).getByText("Off")).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Move Gold up" }).disabled).toBe(true);
    await user.click(screen.getByRole("button", { name: "Move Rest up" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")[0]?.textContent).toContain("Rest"));
    expect(calls.find(({ name }) => name === "assignment-rules.reorder")?.body).toEqual({ ids: [rest.id, gold.id] });
  });

  it("creates a rule, but none that gives to nobody", async () => {
    const { calls } = serve({
      "assignment-rules.list": () => ok({ assignment_rules: [] }),
      "assignment-rules.create": () => created({ assignment_rule: gold }),
      "dev-users.list": () => ok({ dev_users: [adaSummary] }),
    });
    const { user } = show(<AssignmentPage />);
    await screen.findByText("No rules yet");
    await user.click(screen.getByRole("button", { name: "Create rule" }));
    const form = await screen.findByRole("dialog", { name: "New rule" });
    await user.type(within(form).getByLabelText("Name"), "Everybody");
    await user.click(within(form).getByLabelText("Tickets"));
    await user.type(within(form).getByLabelText("Channels"), "plug, email,");
    await user.click(within(form).getByRole("button", { name: "Create rule" }));
    await within(form).findByText("Choose somebody");
    expect(calls.some(({ name }) => name === "assignment-rules.create")).toBe(false);
    await user.click(within(form).getByRole("button", { name: "Add member" }));
    await user.click(await screen.findByRole("option", { name: /Ada Lovelace/ }));
    await user.keyboard("{Escape}");
    await user.click(within(form).getByRole("button", { name: "Create rule" }));
    await screen.findByText("Everybody created");
    expect(calls.find(({ name }) => name === "assignment-rules.create")?.body).toEqual({
      name: "Everybody",
      applies_to: ["conversation"],
      source_channels: ["plug", "email"],
      contact_filter: "",
      members: ["DEVU-1"],
      group: "",
      strategy: "round_robin",
      max_open: 0,
    });
  });
});
