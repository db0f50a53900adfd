import assert from "node:assert/strict";
import { test } from "node:test";
import { accessibilityProblems } from "./accessibility.js";

/**
 * Makes the function that declares the steps of a story. A step runs in the story's one session and fails on whatever
 * went wrong in the page, beside what is `expected` to be logged.
 *
 * @param {() => {page: import("playwright-core").Page, problems: string[]}} session
 * @returns {(name: string, run: (page: import("playwright-core").Page) => Promise<void>, expected?: RegExp) => void}
 */
export function steps(session) {
  return (name, run, expected = /^$/) =>
    void test(name, { timeout: 60_000 }, async () => {
      const { page, problems } = session();
      await run(page);
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.deepEqual(
        problems.splice(0).filter((problem) => !expected.test(problem)),
        [],
      );
    });
}
