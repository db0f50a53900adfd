import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What breaks WCAG 2.2 AA on the page as it is now, as far as a program can tell.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>} one line for each rule that is broken, with the elements that break it
 */
export async function accessibilityProblems(page) {
  await page.evaluate(settle);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
  });
  return violations.map(({ id, help, where }) => `${id}: ${help}\n    ${where.slice(0, 3).join("\n    ")}`);
}

/** Half-faded text has half its contrast: wait for animations that end. */
async function settle() {
  const ending = document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations === 1);
  await Promise.allSettled(ending.map((animation) => animation.finished));
}
