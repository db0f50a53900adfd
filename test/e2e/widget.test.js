import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, newPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { startKith } from "./support/kith.js";
import { createOrg } from "./support/org.js";
import { patience } from "./support/patience.js";

const type = "urn:devrev:params:oauth:token-type:";

describe("the widget on a page of another origin, on the built binary", () => {
  let kith;
  let site;
  let browser;
  let token;
  let application;
  let widget;
  const visits = [];

  before(async () => {
    kith = await startKith();
    token = await createOrg(kith);
    site = await startSite(kith.url);
    const made = await call("widgets.create", {
      name: "Shop",
      allowed_origins: [site.url],
      appearance: { greeting: "How can we help?", team_name: "Acme care" },
    });
    widget = made.widget;
    const { service_account } = await call("service-accounts.create", { display_name: "Shop" });
    const issued = await call("auth-tokens.create", {
      grant_type: "urn:devrev:params:oauth:grant-type:token-issue",
      requested_token_type: `${type}aat`,
      service_account: service_account.id,
    });
    application = issued.access_token;
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    await kith?.stop();
  });

  const call = (operation, body) => api(kith.url, token, operation, body);
  const conversations = async () => (await call("conversations.list", { sort_by: ["created_date:asc"] })).conversations;
  const said = async (object) =>
    (await call("timeline-entries.list", { object, collections: ["discussions"] })).timeline_entries.map(({ body }) => body);
  const answer = (object, body) =>
    call("timeline-entries.create", { type: "timeline_comment", object, body, visibility: "external" });
  const sessionFor = async (ref, name) => {
    const rev_info = { user_ref: ref, user_traits: { display_name: name, email: `${ref}@example.com` } };
    return (await api(kith.url, application, "auth-tokens.create", { rev_info })).access_token;
  };

  /** A browser of its own with a page of the site in it. */
  async function visit(screen = screens.laptop) {
    const context = await browser.newContext({ locale: "en-GB", ...screen });
    const page = await newPage(context);
    const problems = [];
    page.on("pageerror", (error) => problems.push(`exception: ${error.stack}`));
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
    });
    const visitor = new Visitor(page, problems, site.url, widget.app_id);
    visits.push(visitor);
    await page.goto(site.url);
    return visitor;
  }

  let ann;
  let first;

  test("who only looks leaves nothing behind", { timeout: patience.step }, async () => {
    ann = await visit();
    await ann.start();
    await ann.open();
    await ann.frame.getByText("How can we help?").waitFor();
    assert.deepEqual(await ann.accessibilityProblems(), []);
    assert.equal((await call("rev-users.list", {})).rev_users.length, 0);
  });

  test("a stranger writes, and the team's answer comes by itself", { timeout: patience.step }, async () => {
    await ann.write("Do you **ship** to Norway? <img src=x onerror=alert(1)>");
    await ann.sent("Do you ship to Norway?");
    [first] = await conversations();
    assert.equal(first.source_channel, "plug");
    assert.equal(first.metadata.url_context, `${site.url}/`);
    await answer(first.id, "We do! See [prices](https://example.com/prices).");
    await ann.frame.getByRole("link", { name: "prices" }).waitFor();
    assert.equal(await ann.frame.getByRole("link", { name: "prices" }).getAttribute("rel"), "noopener noreferrer nofollow");
    assert.deepEqual(await ann.accessibilityProblems(), []);
    await ann.page.keyboard.press("Escape");
    await ann.page.getByRole("button", { name: "Open chat" }).waitFor();
    const focused = () => ann.page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className);
    await eventually(async () => assert.equal(await focused(), "launcher"));
    await answer(first.id, "Anything else?");
    await ann.page.getByRole("button", { name: "Open chat, 1 unread message" }).waitFor();
  });

  test("a reload keeps the conversation, and what is unread", { timeout: patience.step }, async () => {
    await ann.page.reload();
    await ann.start();
    await ann.page.getByRole("button", { name: "Open chat, 1 unread message" }).click();
    await ann.frame.getByText("Anything else?").waitFor();
    await ann.frame.getByText("Do you ship to Norway?").first().waitFor();
  });

  test("what is written while the server is killed arrives once", { timeout: patience.step }, async () => {
    // The answer to one of them is lost, though the server has it.
    const isLost = new Promise((resolve) => {
      const address = "**/timeline-entries.create";
      let isTaken = false;
      const lose = async (route) => {
        if (isTaken || !route.request().postData().includes("two")) return route.continue();
        isTaken = true;
        await route.fetch();
        await route.abort();
        resolve();
      };
      void ann.page.route(address, lose);
    });
    await ann.write("one");
    await ann.write("two");
    await isLost;
    const back = kith.crash(1_500);
    for (const text of ["three", "four"]) await ann.write(text);
    await back;
    await ann.write("five");
    await ann.settled();
    const all = ["one", "two", "three", "four", "five"];
    assert.deepEqual((await said(first.id)).filter((body) => all.includes(body)), all);
    await eventually(async () => assert.deepEqual((await ann.texts()).filter((text) => all.includes(text)), all));
    await answer(first.id, "Still here");
    await ann.frame.getByText("Still here").waitFor();
  });

  test("what is written offline is sent later, also after a reload", { timeout: patience.step }, async () => {
    await ann.page.context().setOffline(true);
    await ann.write("from the tunnel");
    await ann.frame.getByText("You are offline").waitFor();
    await ann.page.context().setOffline(false);
    await ann.settled();
    assert.equal((await said(first.id)).filter((body) => body === "from the tunnel").length, 1);
  });

  test("who signs in keeps what was written before", { timeout: patience.step }, async () => {
    await ann.page.reload();
    await ann.start({ session_token: await sessionFor("ann", "Ann Example") });
    await ann.open();
    await ann.frame.getByRole("button", { name: /Norway/ }).click();
    await ann.frame.getByText("from the tunnel").waitFor();
    await ann.write("It is me, Ann");
    await ann.sent("It is me, Ann");
    const people = (await call("rev-users.list", {})).rev_users;
    assert.deepEqual(people.map(({ display_name }) => display_name), ["Ann Example"]);
    await eventually(async () => assert.equal(await ann.kept(), 0, "the browser keeps no secret of who has signed in"));
  });

  test("the next one at the same browser sees nothing of it", { timeout: patience.step }, async () => {
    await ann.page.evaluate(() => window.plugSDK.shutdown());
    await ann.start({ session_token: await sessionFor("bob", "Bob Example") });
    await ann.open();
    await ann.frame.getByText("How can we help?").waitFor();
    assert.equal(await ann.frame.getByText(/Norway|tunnel/).count(), 0);
    await ann.page.evaluate(() => window.plugSDK.shutdown());
    await ann.start();
    await ann.open();
    await ann.write("Somebody else");
    await ann.sent("Somebody else");
    assert.equal(await ann.frame.getByText(/Norway|tunnel/).count(), 0);
    assert.equal((await conversations()).length, 2);
  });

  test("another browser, a phone, is another visitor", { timeout: patience.step }, async () => {
    const phone = await visit(screens.phone);
    await phone.start();
    await phone.open();
    const panel = phone.page.locator("[data-kith-widget] iframe");
    // Once it has risen to its place.
    await eventually(async () => assert.deepEqual(await panel.boundingBox(), { x: 0, y: 0, width: 390, height: 844 }));
    await phone.frame.getByRole("textbox").fill("Hello from a phone");
    await phone.frame.getByRole("button", { name: "Send" }).click();
    await phone.sent("Hello from a phone");
    assert.equal(await phone.frame.getByText(/Norway|Somebody/).count(), 0);
    await ann.page.bringToFront();
    assert.equal(await ann.frame.getByText("Hello from a phone").count(), 0);
  });

  test("a page that is not allowed shows nothing", { timeout: patience.step }, async () => {
    const other = await startSite(kith.url);
    try {
      const stranger = await visit();
      await stranger.page.goto(other.url);
      await stranger.start();
      // The browser says that the page may not.
      await eventually(() => assert.match(stranger.problems.join(), /frame-ancestors/));
      assert.equal(await stranger.page.getByRole("button", { name: /Open chat/ }).count(), 0);
      stranger.problems.length = 0;
    } finally {
      await other.stop();
    }
  });

  test("nothing went wrong in any page", () => {
    assert.deepEqual(visits.flatMap(({ problems }) => problems), []);
  });
});

class Visitor {
  constructor(page, problems, site, appId) {
    Object.assign(this, { page, problems, site, appId, frame: page.frameLocator("[data-kith-widget] iframe") });
  }

  start(options = {}) {
    return this.page.evaluate((given) => window.plugSDK.init(given), { app_id: this.appId, ...options });
  }

  async open() {
    await this.page.getByRole("button", { name: /^Open chat/ }).click();
  }

  async write(text) {
    await this.frame.getByRole("textbox").fill(text);
    await this.frame.getByRole("textbox").press("Enter");
    await this.frame.locator(".mine").filter({ hasText: text.replaceAll("**", "") }).last().waitFor();
  }

  /** The message is there and the server has it. */
  async sent(text) {
    await this.frame.locator(".mine:not(.pending, .failed)").filter({ hasText: text }).waitFor();
  }

  /** The server has whatever was written. */
  async settled() {
    // It tries again within half a minute, which is as long as an action may take.
    const timeout = patience.step / 2;
    await this.frame.locator(".pending, .failed").first().waitFor({ state: "detached", timeout });
  }

  texts() {
    return this.frame.locator(".bubble").allInnerTexts();
  }

  inside() {
    return this.page.frames().find((frame) => frame.url().includes("/widget/frame"));
  }

  async accessibilityProblems() {
    return [...(await accessibilityProblems(this.page)), ...(await accessibilityProblems(this.inside()))];
  }

  /** How many secrets the browser keeps for the frame. */
  kept() {
    return this.inside().evaluate(() => Object.keys(localStorage).filter((name) => name.endsWith(":secret")).length);
  }
}

/** A site that trusts nobody but itself and Kith, whose styles would spoil whatever they reach. */
async function startSite(kith) {
  const policy = `default-src 'none'; script-src ${kith}; style-src 'self'; frame-src ${kith}; base-uri 'none'`;
  const page = `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Shop</title><link rel="stylesheet" href="/site.css">
    <script src="${kith}/widget.js"></script><script src="${kith}/static/plug.js" async></script></head>
    <body><main><h1>Shop</h1></main></body></html>`;
  const style = "* { color: red !important; font-size: 40px !important; } div, button, iframe { display: none !important; opacity: 0 !important }";
  const server = createServer((request, response) => {
    const isStyle = request.url === "/site.css";
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Content-Type", isStyle ? "text/css" : "text/html; charset=utf-8");
    response.end(isStyle ? style : page);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
