import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api, createContacts } from "./support/api.js";
import { launch, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { chord } from "./support/keys.js";
import { startKith } from "./support/kith.js";
import { admin } from "./support/org.js";
import { patience } from "./support/patience.js";
import { steps } from "./support/step.js";

const contactCount = 150; // more than one page of 100

describe("the web app on the built binary", () => {
  let kith;
  let browser;
  let session;
  let token;

  before(async () => {
    kith = await startKith();
    browser = await launch();
    session = await openPage(browser, kith.url);
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
  });

  const step = steps(() => session);

  step("first run creates the organisation and its admin", async (page) => {
    await page.goto("/");
    await page.waitForURL("**/setup");
    await page.getByLabel("Organisation").and(page.locator(":focus")).waitFor();
    await page.keyboard.type(admin.org);
    await page.getByLabel("Your name").fill(admin.name);
    await page.getByLabel("E-mail").fill(admin.email);
    await page.getByLabel("Password", { exact: true }).fill("too short");
    await page.keyboard.press("Enter");
    await page.getByText(/too short: 3 more characters needed/).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByLabel("Password", { exact: true }).fill(admin.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/welcome");
  });

  step("the token is shown once and works", async (page) => {
    await page.getByRole("heading", { name: "Your API token" }).waitFor();
    token = (await page.getByTestId("secret").textContent()).trim();
    const { dev_user } = await api(kith.url, token, "dev-users.self", {});
    assert.equal(dev_user.email, admin.email);
    await page.getByText("kith import contacts customers.csv").waitFor();
    assert.equal(await storedAnywhere(page, token), false, "the token is kept in the browser");

    await page.reload();
    await page.getByText(/shown once/).waitFor();
    assert.equal(await page.getByText(token).count(), 0);
    await page.getByRole("button", { name: "Continue" }).click();
  });

  step("an empty Kith tells how customers get in", async (page) => {
    await page.waitForURL("**/home");
    await page.getByRole("heading", { name: "Bring in your customers" }).waitFor();
    await page.getByRole("button", { name: "Import a file" }).click();
    await page.getByRole("dialog", { name: "Import Contacts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Start empty" }).click();
    await page.waitForURL("**/contacts");
    await page.getByText("No contacts yet").waitFor();
  });

  step("signing out ends the session on the server", async (page) => {
    const cookies = await session.context.cookies();
    const cookie = cookies.find(({ name }) => name === "kith_session");
    assert.equal(cookie?.httpOnly, true);
    await page.getByRole("button", { name: /Account menu/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Kith" }).waitFor();
    const answer = await fetch(`${kith.url}/internal/dev-users.self`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Kith-Csrf": "1", Cookie: `kith_session=${cookie.value}` },
      body: "{}",
    });
    assert.equal(answer.status, 401, "the old cookie still works");
  });

  step("a wrong password is refused, the right one leads back to the page asked for", async (page) => {
    await page.goto("/contacts?sort=display_name%3Aasc");
    await page.getByLabel("E-mail").fill(admin.email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await createContacts(kith.url, token, contactCount);
    await page.getByLabel("Password", { exact: true }).fill(admin.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/contacts?sort=display_name%3Aasc");
  });

  step("the list shows contacts made over the API, in the order of the URL", async (page) => {
    await row(page, 2).getByText("Person 001").waitFor();
    await row(page, 2).getByText("p999@example.com").waitFor();
    await row(page, 2).getByText("cust-001").waitFor();
    await row(page, 2).getByLabel("Verified").waitFor();
    await page.getByText("150 contacts").waitFor();
  });

  step("headings sort, and the order survives a reload and the back button", async (page) => {
    await page.getByRole("columnheader", { name: "E-mail" }).getByRole("button").click();
    await page.waitForURL("**/contacts?sort=email%3Aasc");
    await row(page, 2).getByText("Person 150").waitFor();
    await page.getByRole("columnheader", { name: "E-mail" }).getByRole("button").click();
    await page.waitForURL("**/contacts?sort=email%3Adesc");
    await row(page, 2).getByText("Person 001").waitFor();
    await page.reload();
    await row(page, 2).getByText("Person 001").waitFor();
    await page.goBack();
    await row(page, 2).getByText("Person 150").waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByLabel("Show Modified").check();
    await page.keyboard.press("Escape");
    for (const name of ["Created", "Modified"]) {
      const heading = page.getByRole("columnheader", { name });
      await heading.getByRole("button").click();
      await heading.and(page.locator("[aria-sort=descending]")).waitFor();
      await row(page, 2).getByText("Person 150").waitFor();
      await heading.getByRole("button").click();
      await row(page, 2).getByText("Person 001").waitFor();
    }
  });

  step("scrolling loads what lies beyond the first page", async (page) => {
    await page.goto("/contacts?sort=display_name%3Aasc");
    await row(page, 2).waitFor();
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await page.locator(`[role=grid][aria-rowcount="${contactCount + 1}"]`).waitFor();
    await page.keyboard.press("End");
    await row(page, contactCount + 1)
      .getByText("Person 150")
      .waitFor();
    await page.getByText("That is everyone").waitFor();
    const shown = await page.getByRole("row").count();
    assert.ok(shown < 60, `${shown} rows are in the page: the list is not virtual`);
    await page.keyboard.press("Home");
    await row(page, 2).getByText("Person 001").waitFor();
  });

  step("tokens are created, used, and revoked at once", async (page) => {
    await chord(page, "g", "t");
    await page.waitForURL("**/settings/tokens");
    await page.getByRole("listitem").filter({ hasText: "First token" }).getByText("Active").waitFor();
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name", { exact: true }).fill("laptop");
    await page.getByLabel("Expires after").selectOption("30");
    await page.getByRole("button", { name: "Create token" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    const laptop = (await page.getByTestId("secret").textContent()).trim();
    await page.getByRole("button", { name: "I have saved it" }).click();
    await api(kith.url, laptop, "dev-users.self", {});

    await page.getByRole("button", { name: "Revoke laptop" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Revoke token" }).click();
    await page.getByRole("listitem").filter({ hasText: "laptop" }).getByText("Revoked").waitFor();
    await assert.rejects(api(kith.url, laptop, "dev-users.self", {}), /401/);
    await api(kith.url, token, "dev-users.self", {});
  });

  step("an address that does not exist says so", async (page) => {
    await page.goto("/no/such/page");
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    await page.getByRole("link", { name: "Go to contacts" }).click();
    await page.getByRole("grid", { name: "Contacts" }).waitFor();
  });

  step("a reset link sets a new password, once", async (page) => {
    const printed = await kith.run("member", "reset-password", "--data", kith.data, "--email", admin.email);
    const link = /\/reset\/\S+/.exec(printed)?.[0];
    assert.ok(link, `no reset link in: ${printed}`);
    await page.goto(link);
    await page.getByLabel("Password", { exact: true }).fill("another horse battery");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByText("Your new password is set").waitFor();
    await page.getByLabel("E-mail").fill(admin.email);
    await page.getByLabel("Password", { exact: true }).fill("another horse battery");
    await page.keyboard.press("Enter");
    await page.getByRole("grid", { name: "Contacts" }).waitFor();
  });

  test("the list fits a phone", { timeout: patience.step }, async () => {
    const phone = await openPage(browser, kith.url, screens.phone);
    await phone.page.goto("/");
    await phone.page.getByLabel("E-mail").fill(admin.email);
    await phone.page.getByLabel("Password", { exact: true }).fill("another horse battery");
    await phone.page.getByRole("button", { name: "Sign in" }).click();
    await phone.page.getByRole("listitem").filter({ hasText: "Person 150" }).waitFor();
    await phone.page.getByRole("button", { name: "Sort" }).click();
    await phone.page.getByLabel("Sort by").selectOption("Name");
    await phone.page.keyboard.press("Escape");
    await phone.page.getByRole("listitem").filter({ hasText: "Person 001" }).waitFor();
    const overflow = await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the screen`);
    assert.deepEqual(await accessibilityProblems(phone.page), []);
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });
});

/** The list's row by its number; the headings are row 1. */
function row(page, index) {
  return page.locator(`[role=row][aria-rowindex="${index}"]`);
}

/** Whether the secret can be found in the address, the history or the storage of the page. */
function storedAnywhere(page, secret) {
  return page.evaluate((text) => {
    const places = [location.href, JSON.stringify(history.state), document.cookie];
    places.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
    return places.some((place) => place?.includes(text));
  }, secret);
}
