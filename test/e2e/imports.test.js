import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { startKith } from "./support/kith.js";
import { createOrg, signIn } from "./support/org.js";
import { patience } from "./support/patience.js";
import { steps } from "./support/step.js";

describe("imports in the web app", () => {
  let kith;
  let browser;
  let session;
  let token;

  before(async () => {
    kith = await startKith();
    token = await createOrg(kith);
    await api(kith.url, token, "tags.create", { name: "VIP" });
    await api(kith.url, token, "tags.create", { name: "Beta" });
    browser = await launch();
    session = await openPage(browser, kith.url);
    // With a listener from the start the browser hands file choosers over; one that comes with the key is late.
    session.page.on("filechooser", () => {});
    await signIn(session.page, "/contacts");
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
  });

  const step = steps(() => session);

  step("an empty page says what to do, and offers a sample", async (page) => {
    await page.goto("/imports");
    await page.getByText("No imports yet").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Import accounts" }).click();
    await page.getByRole("dialog", { name: "Import Accounts" }).waitFor();
    const sample = await downloaded(page, page.getByRole("link", { name: "Download Sample CSV" }));
    assert.match(sample.text, /^.?display_name,external_refs,/);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  step("a file is chosen by keyboard, and its columns are found", async (page) => {
    await page.getByRole("button", { name: "Import contacts" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Import Contacts" });
    await dialog.waitFor();
    await dialog.locator("input[type=file]:focus").waitFor({ state: "attached" });
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(csv("people.csv", people));
    await dialog.getByText("6 columns · semicolons · UTF-8", { exact: false }).waitFor();
    await dialog.getByText("These columns are unsupported and left out: Kunde, Telefon, Colour").waitFor();
    await dialog.getByText("4 of 4 have problems").waitFor(); // for want of a reference
    assert.equal(await dialog.getByLabel("Field for the column Kunde").inputValue(), "");
    assert.equal(await dialog.getByLabel("Field for the column notes").inputValue(), "description");
  });

  step("a mandatory field without a column is named, until an unknown column takes it", async (page) => {
    const dialog = page.getByRole("dialog", { name: "Import Contacts" });
    await dialog.getByText("A mandatory field has no column yet.", { exact: false }).waitFor();
    await dialog.locator("button:disabled").and(dialog.getByRole("button", { name: "Import", exact: true })).waitFor();
    await dialog.getByLabel("Field for the column Kunde").selectOption("external_ref");
    await dialog.getByLabel("Field for the column Telefon").selectOption("phone_numbers");
    await dialog.getByText("This column is unsupported and left out: Colour").waitFor();
    await dialog.getByText("2 of 4 have problems").waitFor(); // a number without its country
    await dialog.getByLabel("Default country").selectOption("DE");
    await dialog.getByText("1 of 4 has a problem").waitFor();
  });

  step("tags that exist can be added", async (page) => {
    const dialog = page.getByRole("dialog", { name: "Import Contacts" });
    await dialog.getByRole("button", { name: "Add tag" }).click();
    await page.getByRole("option", { name: "VIP" }).click();
    await page.getByRole("option", { name: "Beta" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Remove the tag Beta" }).click();
    await dialog.getByRole("button", { name: "Remove the tag VIP" }).waitFor();
  });

  step("a check of all rows changes nothing", async (page) => {
    const dialog = page.getByRole("dialog", { name: "Import Contacts" });
    await dialog.getByRole("button", { name: "Check all rows" }).click();
    await dialog.getByText("All rows were checked; nothing was changed").waitFor();
    await dialog.getByText("3 to create").waitFor();
    await dialog.getByText("Line 3").waitFor();
    assert.deepEqual(await contacts(kith, token), []);
  });

  step("an import tells its end in a toast, which leads to the errors", async (page) => {
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const toast = page.getByRole("region", { name: "Notifications" });
    await toast.getByText("3 imported, 1 error").hover(); // it stays while the pointer is on it
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.deepEqual(await accessibilityProblems(page), []);
    const made = await contacts(kith, token);
    assert.deepEqual(
      made.map(({ external_ref, phone_numbers, tags }) => [
        external_ref,
        phone_numbers,
        tags.map(({ tag }) => tag.name),
      ]),
      [
        ["k-1", ["+4930123456"], ["VIP"]],
        ["k-3", ["+33123456789"], ["VIP"]],
        ["k-4", undefined, ["VIP"]],
      ],
    );
    await toast.getByRole("button", { name: "Learn More" }).click();
  });

  step("the errors name line, row, column, value and reason, and can be downloaded", async (page) => {
    const panel = page.getByRole("dialog", { name: "Errors in people.csv" });
    await panel.getByText("1 of 4 rows were not imported.", { exact: false }).waitFor();
    const item = panel.getByRole("list", { name: "Rows that were not imported" });
    for (const text of ["Line 3", "Bob · k-2", "E-mail", "not an address"])
      await item.getByText(text).first().waitFor();
    const report = await downloaded(page, panel.getByRole("link", { name: "Download" }));
    assert.equal(report.name, "IMP-2.failed.csv");
    assert.match(report.text, /Kunde/);
    assert.match(report.text, /k-2/);
    assert.match(report.text, /invalid_email/);
    assert.deepEqual(await accessibilityProblems(page), []);
    await panel.getByRole("button", { name: "Close" }).click();
  });

  step("the list tells who imported what and how it ended, and an import is taken back", async (page) => {
    const row = page.getByRole("listitem").filter({ hasText: "IMP-2" });
    await row.getByText(/Ada Lovelace/).waitFor();
    await row.getByText("3 created").waitFor();
    await row.getByText("1 failed").waitFor();
    await row.getByRole("button", { name: "Undo the import of people.csv" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Undo import" }).click();
    await row.getByText("Undone").waitFor();
    await row.getByText("3 removed").waitFor();
    assert.deepEqual(await contacts(kith, token), []);
  });

  step("a picture called CSV is refused as what it is", async (page) => {
    const picture = await page.screenshot();
    const dialog = await openDialog(page);
    await dialog.getByLabel(/^Upload CSV file/).setInputFiles(csv("photo.csv", picture));
    await dialog.getByText("photo.csv").waitFor();
    await dialog.getByText(/a picture, not a table of text/).waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Import", exact: true }).isDisabled(), true);
    await dialog.getByLabel("Update existing").check();
  }, /status of 400 .*imports\.preview/);

  const wide = Array.from({ length: 5000 }, (_, n) => `c${n}`).join(",");
  const badFiles = [
    ["an empty file", csv("empty.csv", ""), "The file is empty"],
    ["a file of 5,000 columns", csv("wide.csv", `${wide}\n`), "has more than 1000 cells; remove columns"],
  ];
  for (const [what, file, message] of badFiles) {
    step(
      `${what} is refused with its reason, and what was chosen stays`,
      async (page) => {
        const dialog = await openDialog(page);
        await dialog.getByLabel("Choose another file").setInputFiles(file);
        await dialog.getByRole("alert").getByText(message, { exact: false }).waitFor();
        assert.equal(await dialog.getByText(file.name).count(), 1);
        assert.equal(await dialog.getByLabel("Update existing").isChecked(), true);
        assert.equal(await dialog.getByRole("button", { name: "Import", exact: true }).isDisabled(), true);
      },
      /status of 400 .*imports\.preview/,
    );
  }

  step("a running import is found again after a reload, and its end is told on another page", async (page) => {
    const dialog = await openDialog(page);
    await dialog.getByLabel("Choose another file").setInputFiles(csv("many.csv.gz", gzipSync(many(40_000))));
    await dialog.getByText("gzip", { exact: false }).waitFor();
    assert.equal(await dialog.getByRole("alert").count(), 0);
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await dialog.getByText("You may close this", { exact: false }).waitFor();
    await page.goto("/settings/tokens");
    await page.getByText("40,000 imported, 0 errors").waitFor();
  });

  step(
    "without a connection nothing that was chosen is lost, and a running import goes on",
    async (page) => {
      await page.goto("/imports");
      const dialog = await openDialog(page);
      await dialog.getByLabel(/^Upload CSV file/).setInputFiles(csv("many.csv", many(20_000)));
      await dialog.getByText("3 columns", { exact: false }).waitFor();
      await dialog.getByLabel("Update existing").check();
      await session.context.setOffline(true);
      await dialog.getByRole("button", { name: "Import", exact: true }).click();
      await dialog.getByRole("alert").getByText("Kith cannot be reached", { exact: false }).waitFor();
      assert.equal(await dialog.getByLabel("Update existing").isChecked(), true);
      await session.context.setOffline(false);
      await dialog.getByRole("button", { name: "Import", exact: true }).click();
      await dialog.getByRole("progressbar", { name: "Progress of many.csv" }).waitFor();
      await session.context.setOffline(true);
      await dialog.getByRole("status").getByText("Kith cannot be reached", { exact: false }).waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      await session.context.setOffline(false);
      await page.getByRole("region", { name: "Notifications" }).getByText("20,000 unchanged").waitFor();
    },
    /ERR_INTERNET_DISCONNECTED/,
  );

  test("the pages fit a phone", { timeout: patience.step }, async () => {
    const storageState = await session.context.storageState(); // signed in already
    const phone = await openPage(browser, kith.url, { ...screens.phone, storageState });
    await phone.page.goto("/imports");
    await phone.page.getByText("many.csv.gz").waitFor();
    await fits(phone.page);
    const dialog = await openDialog(phone.page);
    await dialog.getByLabel(/^Upload CSV file/).setInputFiles(csv("people.csv", people));
    await dialog.getByText("6 columns", { exact: false }).waitFor();
    await fits(phone.page);
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });
});

const people = `display_name;Kunde;E-mail;Telefon;Colour;notes
Ann;k-1;ann@example.com;030 123456;blue;first
Bob;k-2;not an address;;red;
Cleo;k-3;cleo@example.com;+33 1 23 45 67 89;green;
Dan;k-4;;;;
`;

/** A file that takes long enough to be seen running. */
function many(length) {
  const rows = Array.from({ length }, (_, n) => `Person ${n},m-${n},person${n}@example.com`);
  return `name,external_ref,email\n${rows.join("\n")}\n`;
}

function csv(name, content) {
  return { name, mimeType: "text/csv", buffer: Buffer.from(content) };
}

/** The dialog for contacts, opened unless it is. */
async function openDialog(page) {
  const dialog = page.getByRole("dialog", { name: "Import Contacts" });
  if ((await dialog.count()) === 0) await page.getByRole("button", { name: "Import contacts" }).click();
  await dialog.waitFor();
  return dialog;
}

/** Clicks the link and returns what the browser saved. */
async function downloaded(page, link) {
  const download = page.waitForEvent("download");
  await link.click();
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

async function contacts(kith, token) {
  const { rev_users } = await api(kith.url, token, "rev-users.list", { sort_by: ["created_date:asc"] });
  return rev_users;
}

async function fits(page) {
  assert.deepEqual(await accessibilityProblems(page), []);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the screen`);
}
