/** Presses keys in a row, as fast as fingers do it however busy the page is: it takes slow ones for single keys. */
export async function chord(page, ...keys) {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}
