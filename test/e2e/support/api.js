/**
 * Calls an operation of the HTTP API with a personal access token.
 *
 * @returns {Promise<any>} the answer's body; anything but 2xx throws
 */
export async function api(url, token, operation, body) {
  const answer = await fetch(`${url}/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** Creates `count` contacts named "Person 001", "Person 002", … in that order. */
export async function createContacts(url, token, count) {
  for (let n = 1; n <= count; n++) {
    const number = String(n).padStart(3, "0");
    await api(url, token, "rev-users.create", {
      display_name: `Person ${number}`,
      // The reverse of the names, so that the two orders differ.
      email: `p${String(1000 - n)}@example.com`,
      external_ref: `cust-${number}`,
    });
  }
}
