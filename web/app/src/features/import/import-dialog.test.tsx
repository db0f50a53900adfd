import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Import, ImportOptions } from "@/features/import/import";
import { importOf, previewOf, progressOf } from "@/features/import/testing";
import { dismissToast } from "@/lib/toast";
import { openApp } from "@/testing/app";
import { created, ok, serve, signedIn } from "@/testing/server";

const text = "display_name;external_ref;Mail\nAnn;c-1;ann@example.com\n";
const csv = new File([text], "people.csv", { type: "text/csv" });

// The toasts of one test would be there in the next.
beforeEach(() => {
  for (let id = 0; id < 100; id++) dismissToast(id);
});

type Handlers = Parameters<typeof serve>[0];

/** Opens the dialog for contacts with a file that was chosen, at a server that answers as `more` says. */
async function openWithFile(more: Handlers = {}) {
  const server = serve({
    ...signedIn,
    "imports.list": () => ok({ imports: [] }),
    "imports.preview": () => ok(previewOf()),
    ...more,
  });
  const app = openApp("/imports");
  await app.user.click(await screen.findByRole("button", { name: "Import contacts" }));
  const dialog = await screen.findByRole("dialog", { name: "Import Contacts" });
  await app.user.upload(within(dialog).getByLabelText(/^Upload CSV file/), csv);
  return { ...server, ...app, dialog };
}

const importButton = () => screen.findByRole("button", { name: "Import" });
const optionsOf = (body: unknown) => (body as { options: ImportOptions }).options;

describe("choosing a file", () => {
  it("offers a sample and nothing to import yet", async () => {
    serve({ ...signedIn, "imports.list": () => ok({ imports: [] }) });
    const { user } = openApp("/imports");
    await user.click(await screen.findByRole("button", { name: "Import accounts" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Import Accounts" }));
    const sample = dialog.getByRole("link", { name: "Download Sample CSV" });
    expect(sample.getAttribute("href")).toBe("/internal/imports.sample?type=accounts");
    expect(dialog.getByRole("button", { name: "Import" }).hasAttribute("disabled")).toBe(true);
  });

  it("shows what the server makes of it", async () => {
    const { calls, dialog } = await openWithFile();
    await screen.findByText(/3 columns · semicolons · UTF-8/);
    expect(within(dialog).getByText(/This column is unsupported/).textContent).toContain("Mail");
    expect(within(dialog).getByLabelText<HTMLSelectElement>("Field for the column external_ref").value).toBe(
      "external_ref",
    );
    expect(within(dialog).getByText("1 of 2 has a problem; the other rows are imported")).toBeDefined();
    expect(within(dialog).getByText("is mandatory")).toBeDefined();
    expect(calls.find(({ name }) => name === "imports.preview")?.body).toEqual({
      type: "contacts",
      options: {},
      file: text,
    });
  });

  it("takes a dropped file", async () => {
    const { dialog } = await openWithFile();
    const other = new File(["x"], "dropped.csv");
    fireEvent.drop(await within(dialog).findByText("Choose another file"), { dataTransfer: { files: [other] } });
    expect(await within(dialog).findByText("dropped.csv")).toBeDefined();
  });

  it("says which mandatory fields lack a column, and takes the reference from elsewhere", async () => {
    const { calls, user, dialog } = await openWithFile({
      "imports.preview": ({ options }) =>
        ok(
          previewOf({
            missing_fields: options?.ref_from ? [] : ["external_ref"],
            fields: previewOf().fields.map((field) => (field.required ? { ...field, columns: [] } : field)),
          }),
        ),
    });
    await screen.findByText(/A mandatory field has no column yet/);
    expect((await importButton()).hasAttribute("disabled")).toBe(true);
    await user.selectOptions(within(dialog).getByLabelText("External reference from"), "The e-mail address");
    await waitFor(async () => expect((await importButton()).hasAttribute("disabled")).toBe(false));
    expect(optionsOf(calls.at(-1)?.body)).toEqual({ ref_from: "email" });
  });

  it("keeps what was chosen when the server refuses a choice", async () => {
    const { user, dialog } = await openWithFile({
      "imports.preview": ({ options }) =>
        options?.default_country ? { status: 400, body: { message: "no such country" } } : ok(previewOf()),
    });
    await user.selectOptions(await within(dialog).findByLabelText("Field for the column Mail"), "E-mail");
    await user.selectOptions(within(dialog).getByLabelText("Default country"), "DE");
    expect((await screen.findByRole("alert")).textContent).toBe("No such country");
    expect(within(dialog).getByLabelText<HTMLSelectElement>("Field for the column Mail").value).toBe("email");
    expect((await importButton()).hasAttribute("disabled")).toBe(true);
    await user.selectOptions(within(dialog).getByLabelText("Default country"), "");
    await waitFor(async () => expect((await importButton()).hasAttribute("disabled")).toBe(false));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("drops the mapping with the file, and keeps the other options", async () => {
    const { calls, user, dialog } = await openWithFile();
    await user.selectOptions(await within(dialog).findByLabelText("Field for the column Mail"), "E-mail");
    await user.click(within(dialog).getByLabelText(/^Update existing/));
    await user.upload(within(dialog).getByLabelText("Choose another file"), csv);
    await waitFor(() => expect(optionsOf(calls.at(-1)?.body)).toEqual({ update: true }));
  });
});

describe("importing", () => {
  it("sends the choices, follows the import and tells its end with a way to the errors", async () => {
    let isDone = false;
    const running = importOf({ state: "running", progress: progressOf({ fraction: 0.5, phase: "writing" }) });
    const done = importOf({ progress: progressOf({ created: 1, failed: 2, rows: 3 }) });
    const { calls, user, dialog } = await openWithFile({
      "tags.list": () => ok({ tags: [{ name: "VIP" }, { name: "Beta" }] }),
      "imports.create": () => created({ import: running }),
      "imports.get": () => ok({ import: isDone ? done : running }),
      "imports.errors": ({ cursor }) => ok(cursor ? secondPage : firstPage),
    });
    await user.selectOptions(await within(dialog).findByLabelText("Field for the column Mail"), "E-mail");
    await user.click(within(dialog).getByRole("button", { name: "Add tag" }));
    await user.click(await screen.findByRole("option", { name: "VIP" }));
    await user.keyboard("{Escape}");
    await user.click(await importButton());

    const bar = await screen.findByRole("progressbar", { name: "Progress of people.csv" });
    await waitFor(() => expect(bar.getAttribute("aria-valuenow")).toBe("50"));
    expect(calls.find(({ name }) => name === "imports.create")?.body).toEqual({
      type: "contacts",
      options: { map: { email: "Mail" }, tags: ["VIP"] },
      file: text,
    });

    isDone = true;
    await screen.findByText("1 imported, 2 errors");
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Learn More" }));
    const panel = within(await screen.findByRole("dialog", { name: "Errors in people.csv" }));
    expect(await panel.findByText("2 of 3 rows were not imported.", { exact: false })).toBeDefined();
    await user.click(await panel.findByRole("button", { name: "Load more" }));
    await panel.findByText("Line 3");
    const rows = within(panel.getByRole("list", { name: "Rows that were not imported" }));
    expect(rows.getByText("c-1 · not an address")).toBeDefined();
    expect(rows.getAllByText(/^Line/).map((line) => line.textContent)).toEqual(["Line 2", "Line 3"]);
    expect(panel.getByRole("link", { name: "Download" }).getAttribute("href")).toBe(
      `/internal/imports.errors?id=${encodeURIComponent(done.id)}&format=csv`,
    );
  });

  it("keeps everything when the upload is refused", async () => {
    const { user, dialog } = await openWithFile({
      "imports.create": () => ({ status: 429, body: { message: "too many imports" } }),
    });
    await user.click(await within(dialog).findByLabelText(/^Update existing/));
    await user.click(await importButton());
    expect((await screen.findByRole("alert")).textContent).toBe("Too many imports");
    expect(within(dialog).getByText("people.csv")).toBeDefined();
    expect(within(dialog).getByLabelText<HTMLInputElement>(/^Update existing/).checked).toBe(true);
  });

  it("shows why a file was refused as a whole, and goes back to the choices", async () => {
    const failed = importOf({ state: "failed", error: "the file is cut off" });
    const { user, dialog } = await openWithFile({
      "imports.create": () => created({ import: failed }),
      "imports.get": () => ok({ import: failed }),
    });
    await user.click(await importButton());
    expect((await screen.findByRole("alert")).textContent).toBe("The file is cut off");
    await user.click(screen.getByRole("button", { name: "Back" }));
    expect(within(dialog).getByText("people.csv")).toBeDefined();
  });

  it("checks all rows, shows the plan and imports the same", async () => {
    const plan = [
      {
        line: 2,
        record: "REVU-1",
        display_name: "Ann",
        changes: [{ field: "email", before: "", after: "a@b.example" }],
      },
    ];
    const checked = importOf({ options: { dry_run: true }, progress: progressOf({ updated: 1, plan }) });
    const { calls, user } = await openWithFile({
      "imports.create": ({ options }) => created({ import: options?.dry_run ? checked : importOf({ id: "second" }) }),
      "imports.get": ({ id }) => ok({ import: id === "second" ? importOf({ id }) : checked }),
    });
    await importButton();
    await user.click(await screen.findByRole("button", { name: "Check all rows" }));
    expect(await screen.findByText("All rows were checked; nothing was changed")).toBeDefined();
    expect(screen.getByText("1 to update")).toBeDefined();
    expect(screen.getByText("REVU-1")).toBeDefined();
    expect(screen.getByText(/a@b\.example/)).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Import" }));
    await screen.findByText("0 imported, 0 errors");
    const sent = calls.filter(({ name }) => name === "imports.create").map(({ body }) => optionsOf(body));
    expect(sent).toEqual([{ dry_run: true }, {}]);
  });

  it("can be cancelled while it runs", async () => {
    let state: Import["state"] = "running";
    const { user } = await openWithFile({
      "imports.create": () => created({ import: importOf({ state }) }),
      "imports.get": () => ok({ import: importOf({ state }) }),
      "imports.cancel": () => {
        state = "cancelled";
        return ok({ import: importOf({ state: "cancelling" }) });
      },
    });
    await user.click(await importButton());
    await user.click(await screen.findByRole("button", { name: "Cancel import" }));
    expect(await screen.findByText("Import of people.csv cancelled, 0 imported")).toBeDefined();
  });

  it("can be closed while it runs; the end is told all the same", async () => {
    let state: Import["state"] = "running";
    const { user } = await openWithFile({
      "imports.create": () => created({ import: importOf({ state }) }),
      "imports.get": () => ok({ import: importOf({ state }) }),
    });
    await user.click(await importButton());
    await screen.findByText(/^You may close this/);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    state = "completed";
    expect(await screen.findByText("0 imported, 0 errors")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Import contacts" }));
    expect(await screen.findByText("Upload CSV file")).toBeDefined();
  });
});

const firstPage = {
  errors: [
    {
      row: 1,
      line: 2,
      cells: ["", "c-1", "not an address"],
      problems: [{ column: "Mail", value: "not an address", code: "invalid_email", message: "is no address" }],
    },
  ],
  next_cursor: "more",
};
const secondPage = {
  errors: [{ row: 2, line: 3, cells: ["Bob"], problems: [{ code: "ragged_row", message: "has too few cells" }] }],
};
