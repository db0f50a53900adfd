import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Fragment, FragmentRequest, SchemaField, StockSchema } from "@/api/types";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";

const flags = { is_filterable: true, is_immutable: false, is_pii: false, is_required: false };

const plan: SchemaField = {
  ...flags,
  name: "plan",
  field_type: "enum",
  allowed_values: ["Gold", "Silver"],
  choices: [
    { label: "Gold", tooltip: "The best" },
    { label: "Silver", is_deprecated: true },
  ],
  ui: { display_name: "Plan", unit_of: "kept" },
};
const seats: SchemaField = {
  ...flags,
  name: "seats",
  field_type: "int",
  gte: 1,
  lt: 1000,
  is_required: true,
  ui: { display_name: "Seats" },
};

function fragment(more: Partial<Fragment> = {}): Fragment {
  return {
    id: "don:core:kith:devo/1:tenant_fragment/1",
    display_id: "TF-1",
    created_date: "2026-01-01T00:00:00Z",
    modified_date: "2026-01-01T00:00:00Z",
    type: "tenant_fragment",
    leaf_type: "revu",
    fields: [plan, seats],
    conditions: [{ expression: "tnt__plan = Gold", effects: [{ fields: ["tnt__seats"], require: true }] }],
    stock_field_overrides: [{ name: "description", ui: { display_name: "About" } }],
    is_deprecated: false,
    version: 1,
    ...more,
  };
}

const stock: StockSchema = {
  id: "don:core:kith:devo/1:stock/1",
  leaf_type: "revu",
  composite_schemas: [],
  fields: [
    { ...flags, name: "display_name", field_type: "text" },
    { ...flags, name: "description", field_type: "text" },
  ],
  optional_fields: [{ ...flags, name: "job_title", field_type: "text", ui: { display_name: "Job title" } }],
};

/** A server that keeps what is set. */
function serveSchemas(fragments: Fragment[], refuse?: () => { status: number; body: unknown }) {
  const sent: FragmentRequest[] = [];
  const server = serve({
    ...signedIn,
    "schemas.custom.list": () => ok({ result: fragments }),
    "schemas.stock.get": () => ok({ fragment: stock }),
    "schemas.custom.set": (request) => {
      sent.push(request);
      const refusal = refuse?.();
      if (refusal) return refusal;
      fragments.splice(0, 1, fragment({ fields: (request.fields ?? []) as SchemaField[] }));
      return created({ id: "next" });
    },
  });
  return { ...server, sent };
}

describe("object customization", () => {
  it("shows custom and stock fields with what is said about them", async () => {
    serveSchemas([fragment()]);
    openApp("/settings/customization");
    const rows = within(await screen.findByRole("list", { name: "Custom fields" })).getAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining("tnt__plan"),
      expect.stringContaining("Required"),
    ]);
    expect(screen.getByText("Seats is required")).toBeDefined();
    const stockRows = within(await screen.findByRole("list", { name: "Stock fields" })).getAllByRole("listitem");
    expect(stockRows.map((row) => row.querySelector("button")?.textContent)).toEqual(["Display name", "About"]);
  });

  it("sends the whole fragment as read, whatever the form does not show", async () => {
    const { sent } = serveSchemas([fragment()]);
    const { user } = openApp("/settings/customization");
    await user.click(await screen.findByRole("button", { name: "Edit Plan" }));
    const label = screen.getByLabelText("Label");
    await user.clear(label);
    await user.type(label, "Tier");
    await user.click(screen.getByRole("button", { name: "Save field" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({
      type: "tenant_fragment",
      leaf_type: "rev_user",
      conditions: fragment().conditions,
      stock_field_overrides: fragment().stock_field_overrides,
      fields: [
        {
          name: "plan",
          field_type: "enum",
          allowed_values: [
            { label: "Gold", tooltip: "The best", is_deprecated: false },
            { label: "Silver", is_deprecated: true },
          ],
          ui: { display_name: "Tier", unit_of: "kept" },
        },
        { name: "seats", gte: 1, lt: 1000, is_required: true },
      ],
    });
    expect(sent[0]?.fields?.[0]).not.toHaveProperty("choices");
  });

  it("names a new field after its label and shows a refusal beside the control", async () => {
    const refusal = {
      status: 400,
      body: {
        type: "bad_request",
        message: 'fields[2].pattern: "(" is no RE2 expression',
        field_name: "fields[2].pattern",
      },
    };
    let isRefused = true;
    const { sent } = serveSchemas([fragment()], () => (isRefused ? refusal : created({ id: "next" })));
    const { user } = openApp("/settings/customization");
    await user.click(await screen.findByRole("button", { name: "New field" }));
    await user.click(screen.getByRole("button", { name: "Create field" }));
    expect(screen.getByText("Give it a label, such as Plan")).toBeDefined();
    await user.type(screen.getByLabelText("Label"), "Cost centre 2");
    await user.type(screen.getByLabelText("Pattern"), "(");
    await user.click(screen.getByRole("button", { name: "Create field" }));
    expect(await screen.findByText('"(" is no RE2 expression')).toBeDefined();
    expect(document.activeElement).toBe(screen.getByLabelText("Pattern"));
    expect(screen.getByLabelText<HTMLInputElement>("Label").value).toBe("Cost centre 2");
    isRefused = false;
    await user.clear(screen.getByLabelText("Pattern"));
    await user.click(screen.getByRole("button", { name: "Create field" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]?.fields?.map(({ name }) => name)).toEqual(["plan", "seats", "cost_centre_2"]);
  });

  it("refuses a name that is taken instead of writing over the field", async () => {
    const { sent } = serveSchemas([fragment()], () => ({ status: 400, body: { message: "no" } }));
    const { user } = openApp("/settings/customization");
    await user.click(await screen.findByRole("button", { name: "New field" }));
    await user.type(screen.getByLabelText("Label"), "Plan");
    await user.click(screen.getByRole("button", { name: "Create field" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.fields?.map(({ name, field_type }) => [name, field_type])).toEqual([
      ["plan", "enum"],
      ["seats", "int"],
      ["plan", "text"],
    ]);
  });

  it("moves a field and keeps the focus with it", async () => {
    const { sent } = serveSchemas([fragment()]);
    const { user } = openApp("/settings/customization");
    await user.click(await screen.findByRole("button", { name: "Move Seats up" }));
    await waitFor(() => expect(sent[0]?.fields?.map(({ name }) => name)).toEqual(["seats", "plan"]));
    expect(await screen.findByText("Seats is now number 1 of 2")).toBeDefined();
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Seats down");
  });

  it("removes a field by name, after saying what becomes of its values", async () => {
    const { sent } = serveSchemas([fragment()]);
    const { user } = openApp("/settings/customization");
    await user.click(await screen.findByRole("button", { name: "Remove Seats" }));
    expect(screen.getByText(/Values that records have stay stored/)).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Remove field" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ deleted_fields: ["seats"], fields: [{ name: "plan" }] });
  });

  it("switches on a field that ships with Kith, also where there is no fragment yet", async () => {
    const { sent } = serveSchemas([]);
    const { user } = openApp("/settings/customization?object=account");
    await user.click(await screen.findByRole("button", { name: "Switch on Job title" }));
    await waitFor(() =>
      expect(sent[0]).toMatchObject({ type: "tenant_fragment", leaf_type: "account", fields: [{ name: "job_title" }] }),
    );
    expect(await screen.findByRole("button", { name: "Edit Job title" })).toBeDefined();
  });

  it("shows the fields of a subtype, and does not write over one of the same name", async () => {
    const partner = fragment({
      type: "custom_type_fragment",
      subtype: "partner",
      subtype_display_name: "Partner",
      id: "p",
    });
    const { sent } = serveSchemas([partner]);
    const { user } = openApp("/settings/customization?object=account&subtype=partner");
    expect(await screen.findByText("ctype__plan")).toBeDefined();
    expect(screen.queryByText("Stock fields")).toBeNull();
    await user.click(screen.getByRole("button", { name: "New subtype" }));
    await user.type(screen.getByLabelText("Label"), "Partner");
    await user.click(screen.getByRole("button", { name: "Create subtype" }));
    expect(screen.getByText("There is a subtype “partner” already")).toBeDefined();
    expect(sent).toHaveLength(0);
  });

  it("says so when the address names a subtype that is not there", async () => {
    serveSchemas([fragment()]);
    openApp("/settings/customization?subtype=gone");
    expect(await screen.findByText(/There is no subtype “gone”/)).toBeDefined();
    expect(screen.queryByRole("button", { name: "New field" })).toBeNull();
  });

  it("shows the fields of apps without a way to change them", async () => {
    serveSchemas([fragment(), fragment({ type: "app_fragment", app: "crm", app_display_name: "CRM", id: "a" })]);
    openApp("/settings/customization");
    const list = await screen.findByRole("list", { name: "Fields of CRM" });
    expect(within(list).getByText("app_crm__plan")).toBeDefined();
    expect(within(list).queryByRole("button")).toBeNull();
  });
});
