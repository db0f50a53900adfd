import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessibilityProblems } from "./support/accessibility.js";
import { api } from "./support/api.js";
import { launch, logged, openPage, screens } from "./support/browser.js";
import { eventually } from "./support/eventually.js";
import { chord } from "./support/keys.js";
import { startKith } from "./support/kith.js";
import { createOrg, signIn } from "./support/org.js";
import { patience } from "./support/patience.js";
import { steps } from "./support/step.js";

/** Three persons of whom there are two records each. */
const twice = [
  { display_name: "Margaret Hamilton", email: "margaret.hamilton@apollo.example", phone_numbers: ["+442079460001"] },
  { display_name: "Maggie Hamilton", email: "margaret.hamilton@apolo.example", phone_numbers: ["+442079460001"] },
  { display_name: "Grace Hopper", email: "grace@navy.example", phone_numbers: ["+12025550144"] },
  { display_name: "Grace M. Hopper", email: "grace.hopper@navy.example", phone_numbers: ["+12025550144"] },
  { display_name: "Radia Perlman", email: "radia@dec.example", phone_numbers: ["+12025550155"] },
  { display_name: "Radia Perlman", email: "radia.perlman@sun.example", phone_numbers: ["+12025550155"] },
];

describe("duplicates on the built binary", () => {
  let kith;
  let browser;
  let session;
  let token;

  before(async () => {
    kith = await startKith();
    token = await createOrg(kith);
    [browser] = await Promise.all([launch(), createPeople(kith.url, token)]);
    session = await openPage(browser, kith.url);
    await signIn(session.page, "/duplicates");
  });
  after(async () => {
    await browser?.close();
    await kith?.stop();
  });

  const step = steps(() => session);

  step("a Kith that never looked says what to do", async (page) => {
    await page.getByRole("heading", { name: "Who is here twice?" }).waitFor();
    await logged(session, noScan);
  });

  step("a search finds the pairs", async (page) => {
    await page.getByRole("main").getByRole("button", { name: "Look for duplicates" }).last().click();
    await page.getByText("The search is done: 3 pairs").waitFor();
    await page.getByText("3 open").waitFor();
    await eventually(async () => assert.equal(await pairs(page).count(), 3));
  });

  step("a pair shows what agrees and what it weighs", async (page) => {
    await pairs(page).filter({ hasText: "Maggie" }).click();
    await page.waitForURL(/pair=/);
    const compared = page.getByRole("table", { name: "Side by side" });
    await compared.getByRole("row", { name: /Phone Same/ }).waitFor();
    await compared.getByRole("row", { name: /E-mail Similar/ }).waitFor();
    const weighed = page.getByRole("table", { name: "What speaks for and against" });
    await weighed.getByRole("row", { name: /Phone same.* \+/ }).waitFor();
    const sum = await weighed.getByRole("row", { name: /^Together/ }).textContent();
    assert.match(sum, /\+\d+\.\d$/);
    // Each bar begins where the one before it ends.
    const bars = await weighed.locator("tbody td:nth-child(2)").evaluateAll((cells) =>
      cells.map((cell) => {
        const [, bar] = cell.querySelectorAll("span > span");
        const { left, right } = bar.getBoundingClientRect();
        return { left, right };
      }),
    );
    for (const [at, { left, right }] of bars.slice(1, -1).entries()) {
      const before = bars[at];
      const touches = [before.left, before.right].some(
        (edge) => Math.abs(edge - left) < 2 || Math.abs(edge - right) < 2,
      );
      assert.ok(touches, `bar ${at + 2} hangs in the air`);
    }
  });

  step("the second key of a shortcut merges nothing", async (page) => {
    await chord(page, "g", "m");
    await page.waitForURL("**/settings/members");
    await page.goBack();
    await page.getByRole("table", { name: "Side by side" }).waitFor();
    await eventually(async () => assert.equal(await pairs(page).count(), 3));
  });

  step("two persons are kept apart", async (page) => {
    await pairs(page).filter({ hasText: "Radia" }).click();
    await page.getByRole("columnheader", { name: /Radia/ }).first().waitFor();
    await page.keyboard.press("x");
    await page.getByText("Radia Perlman and Radia Perlman stay apart").waitFor();
    await pairs(page).filter({ hasText: "Radia" }).waitFor({ state: "detached" });
    const { duplicates } = await api(kith.url, token, "duplicates.list", { state: "rejected" });
    assert.equal(duplicates.length, 1);
  });

  step("two records of one person become one, and the toast takes it back", async (page) => {
    await pairs(page).filter({ hasText: "Maggie" }).click();
    await page.getByRole("columnheader", { name: /Maggie/ }).waitFor();
    await page.getByRole("button", { name: "Swap which one stays" }).click();
    await page.getByRole("columnheader", { name: /Maggie Hamilton .* Stays/ }).waitFor();
    await page.getByRole("button", { name: /^Merge/ }).click();
    await page.getByText("Margaret Hamilton is now part of Maggie Hamilton").waitFor();
    await eventually(async () => assert.equal(await pairs(page).count(), 1));
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Margaret Hamilton and Maggie Hamilton are two records again.").waitFor();
  });

  step("the history takes a merge back and tells what stays", async (page) => {
    await page.getByRole("columnheader", { name: /Grace M/ }).waitFor();
    await page.keyboard.press("m");
    await page.getByText("No pairs wait for you").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    const { merges } = await api(kith.url, token, "merges.list", {});
    await api(kith.url, token, "rev-users.update", { id: merges[0].primary.id, description: "Rear admiral" });

    await page.getByRole("tab", { name: "Merge history" }).click();
    await page.waitForURL(/tab=history/);
    const rows = page.getByRole("list", { name: "Merges" }).getByRole("listitem");
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    await rows.first().getByText("by Ada Lovelace").waitFor();
    await rows.last().getByText("Taken back", { exact: true }).waitFor();
    await rows.first().getByRole("button", { name: "Undo" }).click();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Take back" }).click();
    const report = page.getByRole("dialog", { name: "The merge is taken back" });
    await report.getByText("Stays with Grace").waitFor();
    await report.getByText("Description").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await report.getByRole("button", { name: "Close" }).first().click();
    await rows.first().getByText("Taken back", { exact: true }).waitFor();
  });

  step("a sample is judged, and the estimates follow", async (page) => {
    await createMore(kith.url, token);
    await page.getByRole("button", { name: "Look for duplicates" }).click();
    await page
      .getByText(/The search is done/)
      .last()
      .waitFor();
    await page.getByRole("tab", { name: "Match quality" }).click();
    await page.getByText(/Your decisions do not show 99 % for any score yet/).waitFor();
    await page.getByRole("button", { name: "Judge pairs" }).click();
    await page.getByRole("table", { name: "Side by side" }).waitFor();
    await page.getByText("Pair 1 of 1").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: "Same person" }).click();
    await page.getByText(/1 pair decided/).waitFor();
    await page.getByRole("table", { name: "Estimates by score" }).waitFor();
  });

  test("the pair is a screen of its own on a phone", { timeout: patience.step }, async () => {
    await createMore(kith.url, token, "2");
    const storageState = await session.context.storageState(); // signed in already
    const phone = await openPage(browser, kith.url, { ...screens.phone, storageState });
    const { page } = phone;
    await page.goto("/duplicates");
    await page.getByRole("button", { name: "Look for duplicates" }).first().click();
    await pairs(page).first().click();
    await page.getByRole("table", { name: "Side by side" }).waitFor();
    for (const address of [page.url(), "/duplicates?tab=history", "/duplicates?tab=quality"]) {
      if (address !== page.url()) await page.goto(address);
      await page.getByRole("tabpanel").locator("table, ul").first().waitFor();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${address} is ${overflow} pixels wider than the screen`);
      assert.deepEqual(await accessibilityProblems(page), []);
    }
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });
});

/** The rows of the queue. */
function pairs(page) {
  return page.getByRole("list", { name: "Pairs that may be one person" }).getByRole("button");
}

/** Chromium logs the 404 that says that there was no search yet. */
const noScan = /404.*duplicate-scans\.get/;

/** Those who are there twice, among others enough to tell rare values from usual ones. */
async function createPeople(url, token) {
  const given = ["Maria", "Joao", "Priya", "Wei", "Olga", "Liam", "Noor", "Kenji"];
  const surnames = ["Silva", "Horvath", "Nakamura", "Okafor", "Lindqvist", "Moreau"];
  const others = surnames.flatMap((surname, row) =>
    given.map((name, column) => ({
      display_name: `${name} ${surname}`,
      email: `${name}.${surname}@mail${(row + column) % 5}.example`.toLowerCase(),
      phone_numbers: [`+44207946${String(1000 + row * 100 + column * 7)}`],
    })),
  );
  for (const person of [...others, ...twice]) await api(url, token, "rev-users.create", person);
}

/** One more who is there twice. */
async function createMore(url, token, mark = "") {
  const phone_numbers = [mark ? "+12025550166" : "+12025550177"];
  const [name, domain] = mark ? ["Hedwig Kiesler", "mgm"] : ["Katherine Johnson", "langley"];
  const email = `${name.replace(" ", ".").toLowerCase()}@${domain}.example`;
  await api(url, token, "rev-users.create", { display_name: name, email, phone_numbers });
  await api(url, token, "rev-users.create", {
    display_name: name,
    email: email.replace(domain, `${domain}s`),
    phone_numbers,
  });
}
