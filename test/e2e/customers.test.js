import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, logged, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { chord } from "./support/keys.js";
import { startKith } from "./support/kith.js";
import { admin, createOrg, signIn } from "./support/org.js";
import { patience } from "./support/patience.js";
import { startPostgres } from "./support/postgres.js";
import { steps } from "./support/step.js";

const hostile = {
  script: "<script>alert(1)</script><img src=x onerror=alert(2)>",
  formula: "=HYPERLINK(\"http://evil.example\")",
  right: "محمد عبد الله 👩‍👩‍👧‍👦",
  long: "Long ".repeat(51).trim(),
};

for (const engine of ["SQLite", "PostgreSQL"]) {
  describe(`customers in the web app on the built binary and ${engine}`, () => story(engine));
}

function story(engine) {
  let kith;
  let database;
  let browser;
  let session;
  let token;

  before(async () => {
    if (engine === "PostgreSQL") database = await startPostgres();
    kith = await startKith(database?.url);
    token = await createOrg(kith);
    browser = await launch();
    session = await openPage(browser, kith.url);
    await signIn(session.page, "/home");
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
    await database?.stop();
  });

  const step = steps(() => session);
  /** What depends on the browser alone is walked on one engine. */
  const inBrowser = (...given) => engine === "SQLite" && step(...given);

  step("sample data is there at one press", async (page) => {
    await page.getByRole("button", { name: "Load sample data" }).click();
    await page.waitForURL("**/contacts", { timeout: patience.step });
    await page.getByText("1,988 contacts").waitFor();
    await chord(page, "g", "h");
    await page.getByRole("region", { name: "Largest accounts" }).getByRole("link").first().waitFor();
    await page.getByRole("link", { name: "1,988" }).waitFor();
  });

  step("a filter is built from chips, kept in the address, and saved as a view", async (page) => {
    await page.goto("/contacts");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.keyboard.type("tags");
    await selected(page, "Tags").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Filter" }).getByRole("button", { name: "Value" }).click();
    await page.getByRole("option", { name: "vip" }).click();
    await page.waitForURL(/filter=/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    const vips = await matching("tag:vip");
    await page.getByText(`${vips} contacts`, { exact: true }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: /Tags is any of vip/ }).waitFor();
    await page.getByText(`${vips} contacts`, { exact: true }).waitFor();

    await page.getByRole("button", { name: "Group", exact: true }).click();
    await page.getByRole("menuitem", { name: "Account", exact: true }).click();
    await page.getByRole("button", { name: /^Hide the group/ }).first().waitFor();
    await page.getByRole("button", { name: "Board" }).click();
    await page.getByRole("region", { name: "Contacts" }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Save as new view" }).click();
    await page.getByLabel("Name", { exact: true }).fill("VIPs by account");
    await page.getByLabel("Show this view first").check();
    await page.getByRole("button", { name: "Save view" }).click();
    await page.waitForURL(/\?vista=VISTA-\d+$/);
    await page.getByRole("navigation", { name: "Saved views" }).getByRole("button", { name: "VIPs by account" }).waitFor();
    const views = page.getByRole("navigation", { name: "Saved views" });
    await views.getByRole("button", { name: "All contacts" }).click();
    await page.getByText("1,988 contacts").waitFor();
    await page.goto("/contacts"); // which shows the view, as was asked
    await page.getByText(`${vips} contacts`, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Options of VIPs by account" }).click();
    await page.getByRole("menuitem", { name: "Edit view" }).click();
    await page.getByLabel("Show this view first").uncheck();
    await page.getByRole("button", { name: "Save view" }).click();
    await page.getByText("1,988 contacts").waitFor();
  });

  step("the text form says where it is wrong, and keeps it", async (page) => {
    await page.getByRole("button", { name: "As text" }).click();
    const field = page.getByRole("textbox", { name: "As text" });
    await field.fill("tag:vip and shoe ~ 7");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "shoe" }).waitFor();
    assert.equal(await field.inputValue(), "tag:vip and shoe ~ 7");
    await logged(session, /status of 400/);
    await field.fill("account.tier = enterprise and (tag:trial or tag:vip)");
    await page.keyboard.press("Enter");
    await page.waitForURL(/enterprise/);
    await page.getByRole("button", { name: "As text" }).click();
    await page.getByRole("button", { name: /Account: Tier is enterprise/ }).waitFor();
    await page.getByRole("button", { name: /Tags is trial or Tags is vip/ }).click();
    await page.getByRole("group", { name: "Group of conditions" }).waitFor();
    await page.keyboard.press("Escape");
  });

  step("what is chosen is tagged, and the toast takes it back", async (page) => {
    await page.goto("/contacts?filter=tag%3Achurn-risk");
    const all = await matching("tag:churn-risk");
    await page.getByText(`${all} contacts`, { exact: true }).waitFor();
    await page.getByRole("grid", { name: "Contacts" }).focus();
    for (const key of ["j", "x"]) await page.keyboard.press(key);
    await page.getByText("1 selected").waitFor();
    await page.getByRole("button", { name: `Select all ${all}` }).click();
    await page.getByRole("button", { name: "Add tag" }).click();
    await page.keyboard.type("newsletter");
    await page.getByRole("option", { name: "newsletter", exact: true }).click();
    await page.getByRole("dialog", { name: `Change ${all} contacts?` }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    const before = await matching("tag:newsletter and tag:churn-risk");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText(`${all} contacts changed`).waitFor();
    assert.equal(await matching("tag:newsletter and tag:churn-risk"), all);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    assert.equal(await matching("tag:newsletter and tag:churn-risk"), before);
  });

  step("a cell is edited where it stands; who was faster is not overwritten unseen", async (page) => {
    await page.goto("/contacts?filter=ref%20%3D%20sample-0500");
    const mail = (await contact("sample-0500")).email;
    await page.getByRole("gridcell", { name: mail }).dblclick();
    const field = page.getByRole("textbox", { name: "E-mail" });
    const { id } = await contact("sample-0500");
    await api(kith.url, token, "rev-users.update", { id, email: "faster@example.com" });
    await field.fill("mine@example.com");
    await page.keyboard.press("Enter");
    await page.getByText(/Somebody else changed this record/).waitFor();
    assert.equal((await contact("sample-0500")).email, "faster@example.com");
    assert.equal(await field.inputValue(), "mine@example.com");
    await page.keyboard.press("Enter");
    await page.getByText("E-mail changed").waitFor();
    assert.equal((await contact("sample-0500")).email, "mine@example.com");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("gridcell", { name: "faster@example.com" }).waitFor();
    assert.equal((await contact("sample-0500")).email, "faster@example.com");
  });

  step("a contact is created once: a taken address leads to its holder", async (page) => {
    await page.goto("/contacts");
    await page.getByRole("button", { name: "Contact", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New contact" });
    await form.getByLabel("Name", { exact: true }).fill("Grace Hopper");
    await form.getByLabel("E-mail").fill("faster@example.com");
    await form.getByText("Is it this contact?").waitFor();
    await form.getByRole("button", { name: "Create contact" }).click();
    await form.getByText(/already in use/).waitFor();
    await form.getByRole("link", { name: /^Open / }).waitFor();
    await logged(session, /status of 409/);
    assert.deepEqual(await accessibilityProblems(page), []);
    await form.getByLabel("E-mail").fill("grace@navy.example");
    await form.getByLabel("External ref").fill("navy-1");
    await form.getByRole("button", { name: "Choose or create an account" }).click();
    await page.keyboard.type("The Navy");
    await page.getByRole("option", { name: "New account “The Navy”" }).click();
    await form.getByLabel("Domains").fill("navy.example");
    await form.getByRole("button", { name: "Create contact" }).click();
    await page.getByText("Grace Hopper created").waitFor();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
    await page.getByRole("link", { name: "The Navy" }).waitFor();
    await page.getByText("grace@navy.example").waitFor();
  });

  inBrowser("a session that ends while a form is filled loses nothing", async (page) => {
    await page.goto("/contacts");
    await page.getByRole("button", { name: "Contact", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New contact" });
    await form.getByLabel("Name", { exact: true }).fill("Patient Person");
    await session.context.clearCookies();
    await form.getByRole("button", { name: "Create contact" }).click();
    await page.getByLabel(`Password of ${admin.email}`).fill(admin.password);
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("dialog", { name: "Sign in again" }).waitFor({ state: "detached" });
    assert.equal(await form.getByLabel("Name", { exact: true }).inputValue(), "Patient Person");
    await form.getByRole("button", { name: "Create contact" }).click();
    await page.getByText("Patient Person created").waitFor();
    await logged(session, /status of 401/);
    await page.goto(`/contacts/${(await contact("navy-1")).display_id}`);
  }, /status of 401/);

  step("the page of a customer has fields, identifiers, people and merges", async (page) => {
    await page.getByRole("button", { name: "Edit Description" }).click();
    await page.getByRole("textbox", { name: "Description" }).fill("Found the first bug");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Found the first bug").waitFor();
    await page.getByRole("tab", { name: "Identifiers" }).click();
    await page.getByText("navy-1").first().waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("tab", { name: "Merges" }).click();
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Merge…" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Overview" }).click();
    await page.getByRole("link", { name: "The Navy" }).click();
    await page.getByRole("tab", { name: "People" }).click();
    await page.getByRole("link", { name: "Grace Hopper" }).waitFor();
    await page.getByRole("tab", { name: "Workspaces" }).click();
    await page.getByRole("link", { name: "The Navy" }).waitFor();
  });

  step("a comment is written, changed and taken back; changes stand beside it", async (page) => {
    await page.goto(`/contacts/${(await contact("navy-1")).display_id}`);
    await page.getByRole("tab", { name: "Discussion" }).click();
    const list = page.getByRole("list", { name: "Discussion and changes" });
    await list.getByText("created this record").waitFor();
    await list.getByText("Found the first bug").waitFor();
    page.once("dialog", (dialog) => assert.fail(`a script ran: ${dialog.message()}`));
    const field = page.getByLabel("Write a comment");
    await field.fill("Call her **back**, asks ");
    await field.pressSequentially("@ada");
    await page.getByRole("option", { name: /Ada Lovelace/ }).click();
    await field.pressSequentially("<img src=x onerror=alert(1)>");
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.keyboard.press("Control+Enter");
    await list.locator("strong", { hasText: "back" }).waitFor();
    await page.reload();
    await list.getByText("@Ada Lovelace").waitFor();
    await list.getByText("<img src=x onerror=alert(1)>").waitFor();
    await page.getByRole("button", { name: "Edit comment" }).click();
    await page.getByLabel("The comment’s text").fill("She called");
    await page.getByRole("button", { name: "Save" }).click();
    await list.getByText("She called").waitFor();
    await list.getByText("edited").waitFor();
    await page.getByRole("button", { name: "Comments" }).click();
    await page.waitForURL(/show=comments/);
    await list.getByText("created this record").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete comment" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await list.getByText("This comment was deleted").waitFor();
  });

  inBrowser("the palette finds customers and pages", async (page) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("grace hop");
    await page.getByRole("option", { name: /Grace Hopper/ }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
    await page.getByRole("combobox").waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("workspaces");
    await selected(page, /Workspaces/).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/workspaces");
    await page.getByRole("grid", { name: "Workspaces" }).waitFor();
  });

  step("a deleted contact comes back by the toast", async (page) => {
    const { display_id } = await contact("navy-1");
    await page.goto(`/contacts/${display_id}`);
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await page.waitForURL("**/contacts");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Grace Hopper restored").waitFor();
    assert.equal((await contact("navy-1")).display_name, "Grace Hopper");
  });

  inBrowser("whatever stands in a field is shown as text, and breaks no layout", async (page) => {
    for (const [name, value] of Object.entries(hostile)) {
      const body = { display_name: value, description: value, external_ref: `hostile-${name}`, full_name: value };
      await api(kith.url, token, "rev-users.create", body);
    }
    page.once("dialog", (dialog) => assert.fail(`a script ran: ${dialog.message()}`));
    await page.goto("/contacts");
    for (const value of Object.values(hostile)) await page.getByRole("link", { name: value }).waitFor();
    assert.ok((await overflow(page)) <= 0);
    for (const name of Object.keys(hostile)) {
      await page.goto(`/contacts/${(await contact(`hostile-${name}`)).display_id}`);
      await page.getByRole("heading", { name: hostile[name] }).waitFor();
      assert.ok((await overflow(page)) <= 0, `the page of ${name} is wider than the screen`);
    }
  });

  const onPhone = engine === "SQLite" ? test : () => {};
  onPhone("lists and pages fit a phone, in the dark", { timeout: patience.step }, async () => {
    const phone = await openPage(browser, kith.url, { ...screens.phone, colorScheme: "dark" });
    await signIn(phone.page, "/contacts");
    const { display_id } = await contact("hostile-long");
    for (const path of ["/home", "/contacts", "/contacts?group=account", `/contacts/${display_id}`, `/contacts/${display_id}?tab=discussion`, "/accounts", "/workspaces"]) {
      await phone.page.goto(path);
      await phone.page.getByRole("heading").first().waitFor();
      await phone.settled();
      assert.ok((await overflow(phone.page)) <= 0, `${path} is wider than the screen`);
      assert.deepEqual(await accessibilityProblems(phone.page), [], path);
    }
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });

  async function contact(ref) {
    const { rev_users } = await api(kith.url, token, "rev-users.list", { external_ref: [ref] });
    return rev_users[0];
  }

  async function matching(filter) {
    return (await api(kith.url, token, "rev-users.count", { filter })).count;
  }
}

/** The option that Enter chooses. */
function selected(page, name) {
  return page.getByRole("option", { name }).and(page.locator("[aria-selected=true]"));
}

/** By how many pixels the page is wider than the screen. */
function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
