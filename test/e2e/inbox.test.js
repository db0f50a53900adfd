import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { startKith } from "./support/kith.js";
import { createOrg, signIn } from "./support/org.js";
import { steps } from "./support/step.js";

const messages = 120;

describe("conversations and tickets in the web app on the built binary", () => {
  let kith;
  let browser;
  let session;
  let token;
  let grace;

  before(async () => {
    kith = await startKith();
    token = await createOrg(kith);
    await fill();
    browser = await launch();
    session = await openPage(browser, kith.url);
    await signIn(session.page, "/conversations");
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
  });

  const call = (operation, body) => api(kith.url, token, operation, body);
  const step = steps(() => session);

  /** CONV-1 is long, CONV-2 has no title, CONV-3 is spam. */
  async function fill() {
    const { account } = await call("accounts.create", { display_name: "Navy" });
    const grace = { display_name: "Grace Hopper", email: "grace@navy.example", account: account.id };
    await call("rev-users.create", grace);
    const begin = (more) => call("conversations.create", { type: "support", members: ["REVU-1"], ...more });
    const { conversation } = await begin({ title: "The compiler is slow", source_channel: "email" });
    for (let n = 1; n <= messages; n++) {
      const body = { type: "timeline_comment", object: conversation.id, visibility: "external", body: `Word ${n}` };
      await call("timeline-entries.create", body);
    }
    await beginAsCustomer("A **moth** in the relay <script>alert(1)</script>");
    await begin({ title: "You have won", is_spam: true });
  }

  /** As the customer's own app does, with a token that her company's backend has obtained for her. */
  async function beginAsCustomer(body) {
    const kind = "urn:devrev:params:oauth:token-type:aat";
    const app = await call("auth-tokens.create", { requested_token_type: kind, client_id: "shop" });
    const who = { rev_info: { user_ref: "grace", user_traits: { email: "grace@navy.example" } } };
    const own = await api(kith.url, app.access_token, "auth-tokens.create", who);
    grace = (operation, body) => api(kith.url, own.access_token, operation, body);
    await grace("conversations.create", { type: "support", messages: [{ body }] });
  }

  step("the list shows what is open, and what is chosen stays in the address", async (page) => {
    const grid = page.getByRole("grid", { name: "Conversations" });
    await grid.getByRole("link", { name: "The compiler is slow" }).waitFor();
    await grid.getByText("A moth in the relay <script>alert(1)</script>", { exact: false }).waitFor();
    assert.equal(await grid.getByText("You have won").count(), 0);
    await page.getByRole("button", { name: "Spam" }).click();
    await page.waitForURL("**/conversations?spam=true");
    await grid.getByText("You have won").waitFor();
    await page.reload();
    await grid.getByText("You have won").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await grid.getByText("The compiler is slow").waitFor();
  });

  step("a conversation opens at its end, and what was before comes on the way up", async (page) => {
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/conversations/CONV-1");
    await page.getByText(`Word ${messages}`, { exact: true }).waitFor();
    assert.equal(await page.getByText("Word 1", { exact: true }).count(), 0);
    const chat = page.getByRole("region", { name: "Messages and what happened" });
    await eventually(async () => {
      await chat.evaluate((element) => element.scrollTo(0, -element.scrollHeight));
      assert.equal(await page.getByText("Word 1", { exact: true }).count(), 1, "the first message did not come");
    });
    await chat.evaluate((element) => element.scrollTo(0, 0));
  });

  step("what the customer says is there at once", async (page) => {
    await page.goto("/conversations/CONV-2");
    const message = page.getByRole("article", { name: "Message from the customer Grace Hopper" });
    await message.getByText("<script>alert(1)</script>").waitFor();
    await call("timeline-entries.create", {
      type: "timeline_comment",
      object: "CONV-2",
      visibility: "internal",
      body: "Tell her at once",
    });
    // Long before anything is looked at again by itself.
    await page.getByText("Tell her at once").first().waitFor({ timeout: 5000 });
    await page.goto("/conversations/CONV-1");
    await page.getByText(`Word ${messages}`, { exact: true }).first().waitFor();
    await page.getByLabel("Write a reply").waitFor();
  });

  step("a reply is sent with the keyboard, and a note stays inside", async (page) => {
    await page.keyboard.press("r");
    await page.keyboard.type("It is **faster** now");
    await page.keyboard.press("Control+Enter");
    const reply = page.getByRole("article", { name: "Message from Ada Lovelace" }).last();
    await reply.getByText("faster").waitFor();
    await page.getByRole("button", { name: "Internal note" }).click();
    await page.keyboard.type("She knows COBOL");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("article", { name: "Internal note of Ada Lovelace" }).getByText("She knows COBOL").waitFor();
    const body = { object: "CONV-1", collections: ["discussions"], mode: "before", limit: 2 };
    const { timeline_entries } = await call("timeline-entries.list", body);
    assert.deepEqual(
      timeline_entries.map(({ body, visibility }) => [body, visibility]),
      [
        ["It is **faster** now", "external"],
        ["She knows COBOL", "internal"],
      ],
    );
  });

  step("it is assigned, tagged and put on hold, and the history tells", async (page) => {
    await page.getByRole("button", { name: "Owner: Nobody" }).click();
    await page.getByRole("option", { name: /Ada Lovelace/ }).click();
    await page.getByRole("button", { name: "Owner: Ada Lovelace" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Stage: Waiting on customer" }).click();
    await page.getByRole("option", { name: "On hold" }).click();
    await page.getByRole("button", { name: "Stage: On hold" }).waitFor();
    await page.getByRole("button", { name: "Tag", exact: true }).click();
    await page.keyboard.type("legend");
    await page.getByRole("option", { name: "Create the tag “legend”" }).click();
    await page.getByRole("button", { name: "Remove legend" }).waitFor();
    await page.getByText("“On hold”").waitFor();
    const { conversation } = await call("conversations.get", { id: "CONV-1" });
    assert.equal(conversation.stage.name, "hold");
    assert.deepEqual([conversation.owned_by[0].display_id, conversation.tags[0].tag.name], ["DEVU-1", "legend"]);
  });

  step("it becomes a ticket, and each leads to the other", async (page) => {
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Make a ticket of it…" }).click();
    await page.getByRole("button", { name: "Product: Add" }).click();
    await page.keyboard.type("Compiler");
    await page.getByRole("option", { name: "Create the product “Compiler”" }).click();
    await page.getByRole("button", { name: "Remove Compiler" }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Create ticket" }).click();
    await page.waitForURL("**/tickets/TKT-1");
    await page.getByRole("heading", { name: "The compiler is slow" }).waitFor();
    await page.getByRole("button", { name: "Severity: Medium" }).waitFor();
    await page.getByRole("link", { name: "CONV-1" }).click();
    await page.waitForURL("**/conversations/CONV-1");
    await page.getByRole("link", { name: "TKT-1" }).waitFor();
  });

  step("the customer's page has both, and begins another one", async (page) => {
    await page.getByRole("link", { name: "Everything of this customer" }).click();
    await page.waitForURL("**/contacts/REVU-1?tab=inbox");
    const both = page.getByRole("region", { name: "Conversations and tickets" });
    await both.getByRole("link", { name: "The compiler is slow" }).nth(1).waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByLabel("First message").fill("How do you do?");
    await page.getByRole("button", { name: "Start conversation" }).click();
    await page.waitForURL("**/conversations/CONV-4");
    await page.getByText("How do you do?", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Stage: Waiting on customer" }).waitFor();
  });

  step("it is put off, found by its words, and comes back when the customer writes", async (page) => {
    await call("conversations.update", { id: "CONV-2", owned_by: { set: ["DEVU-1"] } });
    await page.goto("/conversations/CONV-2");
    await page.getByRole("button", { name: "Snooze", exact: true }).waitFor();
    await page.keyboard.press("z");
    await page.getByRole("menuitem", { name: /^In 3 hours/ }).click();
    await page.getByRole("button", { name: /^Snoozed until/ }).waitFor();
    await page.goto("/conversations");
    const grid = page.getByRole("grid", { name: "Conversations" });
    await grid.getByText("The compiler is slow").waitFor();
    assert.equal(await grid.getByText("A moth in the relay").count(), 0);
    await page.getByRole("searchbox").fill("moth");
    await grid.getByText("A moth in the relay", { exact: false }).waitFor();
    assert.equal(await grid.getByText("The compiler is slow").count(), 0);
    await page.getByRole("searchbox").fill("");
    await grid.getByText("The compiler is slow").waitFor();
    await grace("timeline-entries.create", {
      type: "timeline_comment",
      object: "CONV-2",
      visibility: "external",
      body: "It flew away",
    });
    await grid.getByText("It flew away").waitFor();
    const bell = page.getByRole("button", { name: "Notifications, 1 unread" });
    await bell.click();
    await page.getByRole("link", { name: /Grace Hopper wrote in/ }).click();
    await page.waitForURL("**/conversations/CONV-2**");
    await page.getByText("It flew away").first().waitFor();
    await bell.waitFor({ state: "detached" });
    const { conversation } = await call("conversations.get", { id: "CONV-2" });
    assert.deepEqual([conversation.stage.name, conversation.snoozed_until], ["needs_response", undefined]);
  });

  step("a canned reply is filled in with the customer's name", async (page) => {
    const name = "Thanks";
    await call("canned-replies.create", {
      shortcut: "thx",
      title: name,
      body: "Thank you, {{contact.first_name}}!",
      visibility: "shared",
    });
    await page.goto("/conversations/CONV-2");
    const field = page.getByLabel("Write a reply");
    await field.waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("/thx");
    await page.getByRole("option", { name: new RegExp(name) }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Thank you, Grace!", { exact: true }).waitFor();
    assert.equal((await field.inputValue()).trim(), "Thank you, Grace!");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await field.and(page.locator(":placeholder-shown")).waitFor();
    const { timeline_entries } = await call("timeline-entries.list", { object: "CONV-2", collections: ["discussions"] });
    assert.ok(timeline_entries.some(({ body }) => body === "Thank you, Grace!"));
    await page.getByRole("article", { name: "Message from Ada Lovelace" }).getByText("Thank you, Grace!").waitFor();
  });

  step("what was deleted comes back", async (page) => {
    await page.goto("/conversations/CONV-4");
    await page.getByText("How do you do?", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.waitForURL("**/conversations");
    // Messages of earlier steps may still be shown, with an undo of their own.
    const message = page.getByText("The conversation is in the trash").locator("xpath=../..");
    await message.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The conversation is back").waitFor();
    assert.equal((await call("conversations.get", { id: "CONV-4" })).conversation.display_id, "CONV-4");
  });

  step("on a phone the list and what is open take turns", async () => {
    const phone = await openPage(browser, kith.url, screens.phone);
    await signIn(phone.page, "/conversations");
    await phone.page.getByRole("link", { name: /The compiler is slow/ }).waitFor();
    assert.deepEqual(await accessibilityProblems(phone.page), []);
    await phone.page.getByRole("link", { name: /The compiler is slow/ }).click();
    await phone.page.getByText("She knows COBOL").waitFor();
    assert.deepEqual(await accessibilityProblems(phone.page), []);
    await phone.page.getByRole("button", { name: "Details" }).click();
    await phone.page.getByRole("link", { name: "Everything of this customer" }).waitFor();
    assert.deepEqual(await accessibilityProblems(phone.page), []);
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });
});
