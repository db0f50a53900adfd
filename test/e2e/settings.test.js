import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, logged, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { startKith } from "./support/kith.js";
import { admin, createOrg, signIn } from "./support/org.js";
import { steps } from "./support/step.js";

// The pages by their names in the navigation, and the tab to look at.
const settings = [
  ["Object customization"],
  ["Tags"],
  ["Members"],
  ["Assignment"],
  ["Replies and macros"],
  ["Profile"],
  ["Tokens"],
  ["Identity rules"],
  ["Identity rules", "Debugger"],
  ["Organisation"],
];

describe("the settings on the built binary", () => {
  let kith;
  let browser;
  let session;
  let token;

  before(async () => {
    [kith, browser] = await Promise.all([startKith(), launch()]);
    token = await createOrg(kith);
    session = await openPage(browser, kith.url);
    await signIn(session.page, "/settings/members");
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
  });

  const step = steps(() => session);

  const custom = async (leaf) => {
    const { schema } = await api(kith.url, token, "schemas.aggregated.get", { leaf_type: leaf });
    return schema;
  };

  step("a choice is created with what may be chosen", async (page) => {
    await page.goto("/settings/customization");
    await page.getByRole("heading", { name: "No custom fields yet" }).waitFor();
    await page.getByRole("button", { name: "New field" }).click();
    await page.getByLabel("Label").fill("Größe (t-shirt)");
    const name = page.getByLabel("Name", { exact: true });
    await eventually(async () => assert.equal(await name.inputValue(), "grosse_t_shirt"));
    await page.getByLabel("Type", { exact: true }).selectOption("enum");
    await page.getByLabel("Choice 1", { exact: true }).fill("S");
    await page.keyboard.press("Enter");
    await page.getByLabel("Choice 2", { exact: true }).and(page.locator(":focus")).waitFor();
    await page.keyboard.type("s");
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Create field" }).click();
    await page.getByText("is there twice").waitFor();
    const second = page.getByLabel("Choice 2", { exact: true });
    assert.equal(await second.inputValue(), "s", "what was typed is kept");
    await second.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("M");
    await logged(session, /status of 400/);
    await page.getByLabel("Default").selectOption("M");
    await page.getByRole("button", { name: "Create field" }).click();
    await field(page, "Größe (t-shirt)").waitFor();
    const [made] = (await custom("rev_user")).custom_fields;
    assert.deepEqual([made.name, made.allowed_values, made.default_value], ["tnt__grosse_t_shirt", ["S", "M"], "M"]);
  });

  step("a required text and a field that ships with Kith come after it", async (page) => {
    await page.getByRole("button", { name: "New field" }).click();
    await page.getByLabel("Label").fill("Cost centre");
    await page.getByLabel("Required").check();
    await page.getByLabel("Pattern").fill("^[A-Z]{2}$");
    await page.getByRole("button", { name: "Create field" }).click();
    await field(page, "Cost centre").getByText("Required").waitFor();
    await page.getByRole("button", { name: "Switch on Job title" }).click();
    await field(page, "Job title").waitFor();
    await page.getByRole("button", { name: "Switch on Job title" }).waitFor({ state: "detached" });
  });

  step("a field is edited, moved and removed, and the others stay as they are", async (page) => {
    await field(page, "Größe").getByRole("button", { name: /^Edit/ }).click();
    await page.getByLabel("Label").fill("Size");
    await page.getByRole("button", { name: "Retire choice S" }).click();
    await page.getByRole("button", { name: "Add choice" }).click();
    await page.locator("input[data-choice]:focus").and(page.getByLabel("Choice 3", { exact: true })).waitFor();
    await page.keyboard.type("L");
    await page.getByRole("button", { name: "Save field" }).click();
    await page.getByRole("button", { name: "Move Job title up" }).click();
    await page.getByText("Job title is now number 2 of 3").waitFor({ state: "attached" });
    await eventually(async () => {
      const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      assert.equal(focused, "Move Job title up", "the focus stays with what was moved");
    });
    await page.getByRole("button", { name: "Remove Cost centre" }).click();
    await page.getByText("Values that records have stay stored").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Remove field" }).click();
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    const fields = (await custom("rev_user")).custom_fields;
    assert.deepEqual(
      fields.map(({ name }) => name),
      ["tnt__grosse_t_shirt", "tnt__job_title"],
    );
    assert.equal(fields[0].ui.display_name, "Size");
    assert.deepEqual(
      fields[0].choices.map(({ label, is_deprecated: retired = false }) => [label, retired]),
      [["S", true], ["M", false], ["L", false]],
    );
  });

  step("fields depend on each other, stock fields get another label", async (page) => {
    await page.getByRole("button", { name: "New condition" }).click();
    await page.getByLabel("While the field").selectOption("grosse_t_shirt");
    await page.getByLabel("Value").selectOption("M");
    await page.getByRole("checkbox", { name: "Job title" }).check();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Create condition" }).click();
    await page.getByText("Job title is required").waitFor();
    await page.getByRole("button", { name: "Edit Description" }).click();
    await page.getByLabel("Label").fill("About");
    await page.getByRole("checkbox", { name: /^Hidden/ }).check();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Save field" }).click();
    await page.getByRole("button", { name: "Edit About" }).waitFor();
    const schema = await custom("rev_user");
    assert.equal(schema.conditions[0].expression, 'tnt__grosse_t_shirt = "M"');
    assert.deepEqual(schema.stock_field_overrides, [
      { name: "description", is_required: false, ui: { display_name: "About", is_hidden: true } },
    ]);
  });

  step("accounts get a subtype with a field of its own", async (page) => {
    await page.getByRole("tab", { name: "Account" }).click();
    await page.waitForURL("**/settings/customization?object=account");
    await page.getByRole("button", { name: "New subtype" }).click();
    await page.getByLabel("Label").fill("Partner");
    await page.getByRole("button", { name: "Create subtype" }).click();
    await page.waitForURL("**/settings/customization?object=account&subtype=partner");
    await page.getByText("The fields that only Partner has").waitFor();
    await page.getByRole("button", { name: "New field" }).click();
    await page.getByLabel("Label").fill("Level");
    await page.getByLabel("Type", { exact: true }).selectOption("int");
    await page.getByLabel("Highest").fill("5");
    await page.getByRole("button", { name: "Create field" }).click();
    await field(page, "Level").getByText("ctype__level").waitFor();
    await page.reload();
    await field(page, "Level").waitFor();
  });

  step("a tag is created with its colour, renamed and deleted", async (page) => {
    await page.goto("/settings/tags");
    await page.getByText("No tags yet").waitFor();
    await page.getByRole("button", { name: "New tag" }).click();
    await page.getByLabel("Name", { exact: true }).fill("vip");
    await page.getByTitle("Teal").click();
    await page.getByLabel("Allowed values").fill("gold\nsilver");
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Create tag" }).click();
    const tag = page.getByRole("listitem").filter({ hasText: "vip" });
    await tag.getByText("silver").waitFor();
    const { tags } = await api(kith.url, token, "tags.list", {});
    assert.deepEqual([tags[0].style_new, tags[0].allowed_values], [{ color: "#1F7A8C" }, ["gold", "silver"]]);
    await page.getByRole("button", { name: "Edit vip" }).click();
    await page.getByLabel("Name", { exact: true }).fill("very important");
    await page.getByTitle("No colour").click();
    await page.getByRole("button", { name: "Save tag" }).click();
    await page.getByRole("button", { name: "Delete very important" }).click();
    assert.equal((await api(kith.url, token, "tags.list", {})).tags[0].style_new, undefined);
    await page.getByRole("button", { name: "Delete tag" }).click();
    await page.getByText("No tags yet").waitFor();
  });

  step("rules are previewed before they are in force", async (page) => {
    await api(kith.url, token, "dev-orgs.settings.update", { shared_emails: true });
    for (const display_name of ["Mia Stone", "Tom Stone"]) {
      await api(kith.url, token, "rev-users.create", { display_name, email: "family@stone.example" });
    }
    await page.goto("/settings/identity");
    await page.getByLabel(/Several contacts may have one address/).uncheck();
    await page.getByRole("button", { name: "Preview" }).click();
    const preview = page.getByRole("dialog", { name: "What would change" });
    await preview.getByText("Mia Stone").waitFor();
    await preview.getByText(/share the e-mail address family@stone.example/).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await preview.getByRole("button", { name: "Save rules" }).click();
    await page.getByText(/the first being "family@stone.example"/).waitFor();
    await logged(session, /status of 409/);
    await page.getByLabel("Values that identify nobody").fill("family@stone.example");
    await page.getByRole("button", { name: "Preview" }).click();
    await preview.getByText("Nobody is joined or parted").waitFor();
    await preview.getByRole("button", { name: "Save rules" }).click();
    await page.getByText("The rules are in force").waitFor();
    const saved = (await api(kith.url, token, "dev-orgs.settings.get", {})).settings;
    assert.deepEqual([saved.shared_emails, saved.blocked_values], [false, ["family@stone.example"]]);
  });

  step("the debugger tells who somebody is and why", async (page) => {
    const grace = { display_name: "Grace Hopper", email: "grace@navy.example" };
    const { rev_user } = await api(kith.url, token, "rev-users.create", grace);
    await page.getByRole("tab", { name: "Debugger" }).click();
    await page.getByLabel("E-mail address").fill("Grace@navy.example");
    await page.getByLabel("External reference").fill("u-77");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("It is somebody you have").waitFor();
    await page.getByText(`Held by Grace Hopper (${rev_user.display_id})`).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByLabel("E-mail address").fill("nobody@navy.example");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("A new contact would be created").waitFor();
    await page.getByRole("radio", { name: /A token/ }).check();
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("The token is valid").waitFor();
  });

  step("an application gets a token, uses it, and loses it", async (page) => {
    await page.goto("/settings/tokens");
    await page.getByRole("button", { name: "New application" }).click();
    await page.getByLabel("Application", { exact: true }).fill("Shop backend");
    await page.getByLabel("Name of the token").fill("Production");
    await page.getByRole("button", { name: "Create application" }).click();
    const secret = (await page.getByTestId("secret").textContent()).trim();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "I have saved it" }).click();
    await page.getByText(secret).waitFor({ state: "detached" });
    await page.getByRole("list", { name: "Tokens of Shop backend" }).getByText("Private").waitFor();
    const ann = { rev_info: { user_ref: "u-42", user_traits: { display_name: "Ann" } } };
    await api(kith.url, secret, "auth-tokens.create", ann);
    await page.getByRole("button", { name: "Add token to Shop backend" }).click();
    await page.getByRole("radio", { name: /Public/ }).check();
    await page.getByLabel("Name of the token").fill("Web page");
    await page.getByRole("button", { name: "Create token" }).click();
    await page.getByRole("button", { name: "I have saved it" }).click();
    await page.getByRole("list", { name: "Tokens of Shop backend" }).getByText("Public").waitFor();
    await page.getByRole("button", { name: "Revoke Production" }).click();
    await page.getByRole("button", { name: "Revoke token" }).click();
    await page.getByRole("listitem").filter({ hasText: /^Production/ }).getByText("Revoked").waitFor();
    await assert.rejects(api(kith.url, secret, "auth-tokens.create", ann), /401/);
  });

  step("members are listed, with how one is added", async (page) => {
    await page.goto("/settings/members");
    await page.getByRole("list", { name: "Members" }).getByText(admin.email).waitFor();
    await page.getByText("kith member add").waitFor();
  });

  step("the time zone and the theme are chosen and stay", async (page) => {
    await page.goto("/settings/organisation");
    await page.getByRole("button", { name: /^Time zone/ }).click();
    await page.getByRole("combobox").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("berlin");
    await page.getByRole("option", { name: "Europe/Berlin" }).click();
    await page.getByText("Days are counted in Europe/Berlin").waitFor();
    const light = await background(page);
    await page.getByRole("radio", { name: /^Dark/ }).check();
    await eventually(async () => assert.notEqual(await background(page), light));
    const dark = await background(page);
    await page.reload();
    await page.getByRole("radio", { name: /^Dark/, checked: true }).waitFor();
    assert.equal(await background(page), dark, "the theme is lost with a reload");
    await page.getByRole("button", { name: /^Time zone: Europe\/Berlin/ }).waitFor(); // once it is read from the server
  });

  step("every page reads well in the dark and fits a phone", async (page) => {
    const laptop = page.viewportSize();
    for (const [place, tab] of settings) {
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place }).click();
      if (tab) await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("heading", { level: 1, name: place }).waitFor();
      await page.waitForFunction(() => document.querySelector('main [role="status"]') === null);
      assert.deepEqual(await accessibilityProblems(page), [], place);
      await page.setViewportSize(screens.phone.viewport);
      await eventually(async () => {
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${place} is ${over} pixels too wide`);
      });
      await page.setViewportSize(laptop);
    }
  });

  step("fields are moved and edited on a phone", async (page) => {
    await page.setViewportSize(screens.phone.viewport);
    await page.goto("/settings/customization");
    await page.getByRole("button", { name: "More for Size" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("menuitem", { name: "Move Size down" }).click();
    await page.getByText("Size is now number 2 of 2").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Edit Size" }).click();
    await page.getByRole("button", { name: "Save field" }).waitFor();
  });
});

function field(page, label) {
  return page.getByRole("list", { name: "Custom fields" }).getByRole("listitem").filter({ hasText: label });
}

function background(page) {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
