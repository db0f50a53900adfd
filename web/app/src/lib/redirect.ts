/**
 * The place inside the app that a `?redirect=` names, or the fallback. Anything
 * that could leave the app (another host, a scheme, a protocol-relative or
 * backslashed path) is ignored.
 */
export function safeRedirect(target: string | undefined, fallback = "/contacts"): string {
  if (!target?.startsWith("/")) return fallback;
  const base = "http://kith.invalid";
  try {
    const url = new URL(target, base);
    return url.origin === base ? url.pathname + url.search + url.hash : fallback;
  } catch {
    return fallback;
  }
}
