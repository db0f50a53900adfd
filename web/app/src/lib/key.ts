/** A key that nothing else has. Pages that are not served by https have no `randomUUID`. */
export function newKey(): string {
  return (
    crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-")
  );
}
