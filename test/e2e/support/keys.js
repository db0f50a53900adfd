/** Presses keys in a row, as fast as fingers do it however busy the page is: it takes slow ones for single keys. */
export async function chord(page, ...keys) {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}

/** Types where the focus goes to, once it is there: what is typed before would be lost, or be taken for shortcuts. */
export async function type(page, text) {
  await page.locator(":focus:read-write").waitFor();
  await page.keyboard.type(text);
}
