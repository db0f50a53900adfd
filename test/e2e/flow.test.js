import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { api } from "./support/api.js";
import { launch, newPage, openPage } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { startKith } from "./support/kith.js";
import { createOrg, signIn } from "./support/org.js";
import { patience } from "./support/patience.js";
import { startPostgres } from "./support/postgres.js";
import { startSite } from "./support/site.js";
import { steps } from "./support/step.js";

for (const engine of ["SQLite", "PostgreSQL"]) {
  describe(`a visitor and an agent, each at a browser, on the built binary and ${engine}`, () => story(engine));
}

function story(engine) {
  let database;
  let kith;
  let token;
  let application;
  let site;
  let browsers = [];
  let agent;
  let visitor;
  let frame;
  let widget;

  before(async () => {
    if (engine === "PostgreSQL") database = await startPostgres();
    [kith, site, ...browsers] = await Promise.all([startKith(database?.url), startSite(), launch(), launch()]);
    token = await createOrg(kith);
    ({ widget } = await call("widgets.create", { name: "Shop", allowed_origins: [site.url] }));
    const kind = "urn:devrev:params:oauth:token-type:aat";
    application = (await call("auth-tokens.create", { requested_token_type: kind, client_id: "shop" })).access_token;
    site.body = `<script src="${kith.url}/widget.js"></script>`;
    agent = await openPage(browsers[0], kith.url);
    await signIn(agent.page, "/conversations");
    visitor = await newPage(await browsers[1].newContext({ locale: "en-GB" }));
    frame = visitor.frameLocator("[data-kith-widget] iframe");
  });
  after(async () => {
    await Promise.all(browsers.map((each) => each.close()));
    await site?.stop();
    await kith?.stop();
    await database?.stop();
  });

  const call = (operation, body) => api(kith.url, token, operation, body);
  const step = steps(() => agent);
  const said = async () => {
    const list = { object: "CONV-1", collections: ["discussions"], limit: 100 };
    return (await call("timeline-entries.list", list)).timeline_entries.map(({ body }) => body);
  };
  const arrive = async (options = {}) => {
    await visitor.goto(site.url);
    await visitor.evaluate((given) => window.plugSDK.init(given), { app_id: widget.app_id, ...options });
    await visitor.getByRole("button", { name: /^Open chat/ }).click();
  };
  const write = async (text) => {
    await frame.getByRole("textbox").fill(text);
    await frame.getByRole("textbox").press("Enter");
  };
  /** A message as the agent reads it; the pane around it is an article, too. */
  const message = (page, text, from = /^Message from/) => page.getByRole("article", { name: from }).getByText(text);
  const answer = async (page, text) => {
    await page.getByLabel("Write a reply").fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await eventually(async () => assert.equal(await page.getByLabel("Write a reply").inputValue(), ""));
  };

  step("who writes without a name is in the inbox at once, and reads the answer", async (page) => {
    await page.getByText("No open conversations").or(page.getByRole("grid", { name: "Conversations" })).first().waitFor();
    await arrive();
    await write("Where is my order?");
    await page.getByRole("grid", { name: "Conversations" }).getByText("Where is my order?").first().click();
    await page.waitForURL("**/conversations/CONV-1");
    await message(page, "Where is my order?").waitFor();
    await answer(page, "On its **way**");
    await frame.getByText("On its way").waitFor();
    await write("Thanks");
    await message(page, "Thanks").waitFor();
    const { conversation } = await call("conversations.get", { id: "CONV-1" });
    assert.equal(conversation.source_channel, "plug");
    assert.equal((await call("rev-users.list", {})).rev_users.length, 1);
  });

  step("what both write while the server is killed arrives, and arrives once", async (page) => {
    const before = await said();
    await write("one");
    const back = kith.crash(2_000);
    for (const text of ["two", "three"]) await write(text);
    const reply = page.getByLabel("Write a reply");
    await reply.fill("We are looking");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await back;
    // What could not be sent stands there still, and is sent by pressing once more.
    await eventually(async () => {
      const send = page.getByRole("button", { name: "Send", exact: true });
      if ((await reply.inputValue()) !== "" && (await send.isEnabled())) await send.click();
      assert.equal(await reply.inputValue(), "");
    });
    // The widget tries again within half a minute, which is as long as an action may take.
    const timeout = patience.step / 2;
    await frame.getByText("We are looking").waitFor({ timeout });
    await message(page, "three").waitFor({ timeout });
    const fresh = (await said()).slice(before.length);
    assert.deepEqual(fresh.filter((body) => body !== "We are looking"), ["one", "two", "three"]);
    assert.equal(fresh.filter((body) => body === "We are looking").length, 1);
    await write("four");
    await message(page, "four").waitFor();
  }, /Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/);

  step("who signs in keeps the history, and the agent sees who it is", async (page) => {
    const rev_info = { user_ref: "ann", user_traits: { display_name: "Ann Example", email: "ann@example.com" } };
    const session = (await api(kith.url, application, "auth-tokens.create", { rev_info })).access_token;
    await arrive({ session_token: session });
    await frame.getByRole("button", { name: /order/ }).or(frame.getByText("On its way")).first().click();
    for (const text of ["Where is my order?", "On its way", "We are looking", "four"]) {
      await frame.getByText(text).first().waitFor();
    }
    await write("It is me, Ann");
    await message(page, "It is me, Ann", /^Message from .*Ann Example/).waitFor();
    const people = (await call("rev-users.list", {})).rev_users;
    assert.deepEqual(people.map(({ display_name }) => display_name), ["Ann Example"]);
    assert.equal((await call("conversations.list", { members: [people[0].id] })).conversations.length, 1);
  });

  step("the next visitor at that browser sees nothing of it", async (page) => {
    await visitor.evaluate(() => window.plugSDK.shutdown());
    await arrive();
    await frame.getByRole("textbox").waitFor();
    assert.equal(await frame.getByText(/order|Ann|looking/).count(), 0);
    await write("Do you sell lamps?");
    await eventually(async () => assert.equal((await call("conversations.list", {})).conversations.length, 2));
    assert.equal(await frame.getByText(/order|Ann|looking/).count(), 0);
    assert.equal(await message(page, "lamps").count(), 0);
    assert.ok(!(await said()).includes("Do you sell lamps?"));
  });
}
