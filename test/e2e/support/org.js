/** Who works in the tests' organisation. */
export const admin = { org: "Acme Inc.", name: "Ada Lovelace", email: "ada@acme.example", password: "correct horse battery" };

/**
 * Creates the organisation and its admin by command, as an operator does.
 *
 * @returns {Promise<string>} the admin's personal access token
 */
export async function createOrg(kith) {
  const { org, name, email, password } = admin;
  const flags = ["--data", kith.data, "--org", org, "--name", name, "--email", email, "--json"];
  const made = JSON.parse(await kith.run("admin", "create", ...flags));
  const answer = await fetch(`${kith.url}/internal/password-resets.redeem`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Kith-Csrf": "1" },
    body: JSON.stringify({ token: made.password_link.split("/").at(-1), password }),
  });
  if (!answer.ok) throw new Error(`the password was refused: ${answer.status} ${await answer.text()}`);
  return made.access_token;
}

/** Asks for a page, signs in where that leads, and waits until the page is there. */
export async function signIn(page, path) {
  await page.goto(path);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${path}`);
}
