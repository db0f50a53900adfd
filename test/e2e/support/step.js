import assert from "node:assert/strict";
import { test } from "node:test";
import { accessibilityProblems } from "./accessibility.js";
import { patience } from "./patience.js";

/**
 * Makes the function that declares the steps of a story. A step runs in the story's one session and fails on whatever
 * went wrong in the page, beside what is `expected` to be logged. The steps after one that failed fail with its reason:
 * they would start from another page than they were written for.
 *
 * @param {() => {page: import("playwright-core").Page, problems: string[]}} session
 * @returns {(name: string, run: (page: import("playwright-core").Page) => Promise<void>, expected?: RegExp) => void}
 */
export function steps(session) {
  let failed;
  return (name, run, expected = /^$/) =>
    void test(name, async () => {
      if (failed) assert.fail(`not walked, because “${failed.name}” failed: ${failed.reason}`);
      const { page, problems } = session();
      try {
        await inTime(run(page));
        assert.deepEqual(await accessibilityProblems(page), []);
        assert.deepEqual(
          problems.splice(0).filter((problem) => !expected.test(problem)),
          [],
        );
      } catch (error) {
        failed = { name, reason: `${error.message}\n${await sightOf(page, problems)}` };
        throw new Error(failed.reason, { cause: error });
      }
    });
}

/** The runner's own limit would tell nothing of the page, and let the next step begin in the middle of this one. */
async function inTime(work) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(refuse, patience.step, new Error(`not done after ${patience.step} ms`));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a reader of a failure would look for on the screen. */
async function sightOf(page, problems) {
  const alerts = await page.getByRole("alert").or(page.getByRole("status")).allInnerTexts().catch(String);
  return `page: ${page.url()}; alerts: ${JSON.stringify(alerts)}; problems: ${JSON.stringify(problems)}`;
}
