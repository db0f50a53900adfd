import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { api } from "./support/api.js";
import { launch, newPage, openPage } from "./support/browser.js";
import { startKith } from "./support/kith.js";
import { createOrg, signIn } from "./support/org.js";
import { startSite } from "./support/site.js";
import { steps } from "./support/step.js";

describe("settings of the widget, on the built binary", () => {
  let kith;
  let browser;
  let session;
  let token;
  let site;

  before(async () => {
    [kith, browser] = await Promise.all([startKith(), launch()]);
    token = await createOrg(kith);
    session = await openPage(browser, kith.url);
    site = await startSite();
    await signIn(session.page, "/settings/widget");
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    await kith?.stop();
  });

  const step = steps(() => session);
  const widget = async () => (await api(kith.url, token, "widgets.list", {})).widgets[0];

  /** What a visitor of the site finds. */
  const visit = async (look) => {
    const context = await browser.newContext({ locale: "en-GB" });
    try {
      const page = await newPage(context);
      await page.goto(site.url);
      await look(page);
    } finally {
      await context.close();
    }
  };

  step("a widget is made, and its preview follows what is typed", async (page) => {
    await page.getByText("No widget yet").waitFor();
    await page.getByRole("button", { name: "New widget" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Shop");
    await page.getByLabel("Pages that may show it").fill("http://shop.example");
    await page.getByLabel("Headline").fill("Talk to us");
    await page.getByLabel("Team name").fill("Care");
    await page.getByLabel("Colour").fill("#aa3300");
    await page.getByLabel("Side", { exact: true }).selectOption("left");
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.getByText("Talk to us").waitFor();
    await preview.getByText("Care").waitFor();
    await page.getByRole("button", { name: "Save widget" }).click();
    await page.getByText("http is for localhost alone").first().waitFor();
    assert.equal((await api(kith.url, token, "widgets.list", {})).widgets.length, 0);
    await page.getByLabel("Pages that may show it").fill(site.url);
    await page.getByRole("button", { name: "Save widget" }).click();
    await page.getByRole("heading", { name: "Shop", exact: true }).waitFor();
    await page.getByRole("list", { name: "Widgets" }).getByText(site.url).waitFor();
    const { name, allowed_origins, appearance } = await widget();
    assert.deepEqual([name, allowed_origins, appearance.accent_color, appearance.alignment], ["Shop", [site.url], "#aa3300", "left"]);
  });

  step("its snippet, put into a page, shows it there as it was set", async (page) => {
    const snippet = await page.getByText("<script src=", { exact: false }).first().textContent();
    assert.ok(snippet.includes((await widget()).app_id), snippet);
    site.body = snippet;
    await visit(async (visitor) => {
      const launcher = visitor.getByRole("button", { name: "Open chat" });
      await launcher.click();
      const frame = visitor.frameLocator("[data-kith-widget] iframe");
      await frame.getByText("Talk to us").waitFor();
      await frame.getByText("Care").first().waitFor();
      const at = await visitor.locator("[data-kith-widget]").evaluate((host) => {
        const button = host.shadowRoot.querySelector("button");
        return { color: getComputedStyle(button).backgroundColor, left: button.getBoundingClientRect().left };
      });
      assert.equal(at.color, "rgb(170, 51, 0)");
      assert.ok(at.left < 100, `the button stands ${at.left} pixels from the left`);
    });
  });

  step("turned off, pages stop showing it; turned on, they show it again", async (page) => {
    await page.getByRole("button", { name: "Turn off Shop" }).click();
    await page.getByRole("button", { name: "Turn on Shop" }).waitFor();
    await visit(async (visitor) => {
      await visitor.waitForFunction(() => window.plugSDK !== undefined);
      await assert.rejects(visitor.getByRole("button", { name: "Open chat" }).waitFor({ timeout: 3_000 }));
    });
    await page.getByRole("button", { name: "Turn on Shop" }).click();
    await page.getByRole("button", { name: "Turn off Shop" }).waitFor();
    await visit((visitor) => visitor.getByRole("button", { name: "Open chat" }).waitFor());
  });

  step("it is edited and deleted", async (page) => {
    await page.getByRole("button", { name: "Edit Shop" }).click();
    await page.getByLabel("Headline").fill("Good morning");
    await page.getByRole("button", { name: "Save widget" }).click();
    await page.getByRole("heading", { name: "Shop", exact: true }).waitFor();
    await visit(async (visitor) => {
      await visitor.getByRole("button", { name: "Open chat" }).click();
      await visitor.frameLocator("[data-kith-widget] iframe").getByText("Good morning").waitFor();
    });
    await page.getByRole("button", { name: "Delete Shop" }).click();
    await page.getByRole("button", { name: "Delete widget" }).click();
    await page.getByText("No widget yet").waitFor();
    assert.equal((await api(kith.url, token, "widgets.list", {})).widgets.length, 0);
  });
});
