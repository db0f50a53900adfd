import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { IdentifierList } from "@/features/identity/identifier-list";
import type { Identifier } from "@/features/identity/identity";
import { contact } from "@/testing/duplicates";
import { created, ok, serve } from "@/testing/server";
import { show } from "@/testing/show";

const id = "don:revu/1";

function identifier(kind: string, value: string, more: Partial<Identifier> = {}): Identifier {
  return { kind, value, main: true, proof: "entered", source: "api", since: "2026-01-01T00:00:00Z", ...more };
}

const identifiers = [
  identifier("email", "grace@navy.example", { proof: "attested" }),
  identifier("email", "g@navy.example", { main: false, proof: "claimed", source: "import/12" }),
  identifier("whatsapp", "w-1", { proof: "signed" }),
];

async function choose(user: ReturnType<typeof show>["user"], value: string, action: string) {
  await user.click(await screen.findByRole("button", { name: `Actions for ${value}` }));
  await user.click(screen.getByRole("menuitem", { name: action }));
}

describe("the list of what names a contact", () => {
  it("tells kind, proof, source and which is the main one", async () => {
    serve({ "rev-users.identifiers.list": () => ok({ identifiers }) });
    const { user } = show(<IdentifierList contactId={id} />);
    const rows = within(await screen.findByRole("list", { name: "Identifiers" })).getAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining("grace@navy.exampleMainAttestedE-mail from the API, since"),
      expect.stringContaining("g@navy.exampleClaimedE-mail from import 12, since"),
      expect.stringContaining("w-1MainSignedwhatsapp from the API, since"),
    ]);
    // What came through a channel is not the members' to change.
    expect(screen.getAllByRole("button", { name: /^Actions for/ })).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "What the badges mean" }));
    expect(screen.getByText("A visitor said so. Nobody else is found by it.")).toBeDefined();
  });

  it("makes one the main one, and says why when it cannot", async () => {
    let refuses = true;
    const { calls } = serve({
      "rev-users.identifiers.list": () => ok({ identifiers }),
      "rev-users.identifiers.set-main": () =>
        refuses ? { status: 403, body: { message: "you may not" } } : ok({ identifiers }),
    });
    const { user } = show(<IdentifierList contactId={id} />);
    await choose(user, "g@navy.example", "Make main");
    expect(await screen.findByText("You may not")).toBeDefined();
    refuses = false;
    await choose(user, "g@navy.example", "Make main");
    expect(await screen.findByText("g@navy.example is the main one now")).toBeDefined();
    expect(calls.findLast((call) => call.name === "rev-users.identifiers.set-main")?.body).toEqual({
      id,
      kind: "email",
      value: "g@navy.example",
    });
  });

  it("removes and vouches after asking", async () => {
    const { calls } = serve({
      "rev-users.identifiers.list": () => ok({ identifiers }),
      "rev-users.identifiers.verify": () => ({ status: 403, body: { message: "only admins in person may" } }),
      "rev-users.identifiers.remove": () => ok({ identifiers: [] }),
    });
    const { user } = show(<IdentifierList contactId={id} />);
    await choose(user, "g@navy.example", "Vouch for it");
    await user.click(screen.getByRole("button", { name: "I have checked it" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Only admins in person may");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await choose(user, "g@navy.example", "Remove");
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Remove" }));
    await screen.findByText("g@navy.example was removed");
    expect(calls.some((call) => call.name === "rev-users.identifiers.remove")).toBe(true);
  });

  it("adds one, and shows at the value what is wrong with it", async () => {
    let taken = true;
    const { calls } = serve({
      "rev-users.identifiers.list": () => ok({ identifiers: [] }),
      "rev-users.identifiers.add": () =>
        taken
          ? { status: 409, body: { message: "value: belongs to REVU-9", field_name: "value" } }
          : ok({ identifiers }),
    });
    const { user } = show(<IdentifierList contactId={id} />);
    await screen.findByText("Nothing names this contact yet");
    await user.click(screen.getByRole("button", { name: "Add identifier" }));
    await user.click(screen.getByRole("button", { name: "Add" }));
    expect(screen.getByText("Enter the address, number or reference")).toBeDefined();
    await user.selectOptions(screen.getByLabelText("Kind"), "Phone");
    await user.type(screen.getByLabelText("Value"), "+1 202 555 0144");
    await user.click(screen.getByLabelText("Make it the main one of its kind"));
    await user.click(screen.getByRole("button", { name: "Add" }));
    expect(await screen.findByText("Belongs to REVU-9")).toBeDefined();
    taken = false;
    await user.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.findLast((call) => call.name === "rev-users.identifiers.add")?.body).toEqual({
      id,
      kind: "phone",
      value: "+1 202 555 0144",
      main: true,
    });
  });

  it("splits some off to a contact of their own", async () => {
    const { calls } = serve({
      "rev-users.identifiers.list": () => ok({ identifiers }),
      "rev-users.split": () => created({ rev_user: contact(9, "Gail"), from: contact(1, "Grace") }),
    });
    const { user } = show(<IdentifierList contactId={id} />);
    await user.click(await screen.findByRole("button", { name: "Split off…" }));
    const dialog = screen.getByRole("dialog", { name: "Split off to a new contact" });
    expect(within(dialog).getAllByRole("checkbox")).toHaveLength(2);
    await user.click(within(dialog).getByRole("button", { name: "Split off" }));
    expect((await within(dialog).findByRole("alert")).textContent).toBe("Choose at least one identifier");
    await user.click(within(dialog).getByRole("checkbox", { name: /g@navy.example/ }));
    await user.type(within(dialog).getByLabelText("Name of the new contact"), "Gail");
    await user.click(within(dialog).getByRole("button", { name: "Split off" }));
    await screen.findByText("Gail (REVU-9) is a contact of its own now");
    expect(calls.find((call) => call.name === "rev-users.split")?.body).toEqual({
      id,
      identifiers: [{ kind: "email", value: "g@navy.example" }],
      display_name: "Gail",
    });
  });
});
