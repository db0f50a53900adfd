import { expect, it } from "vitest";
import { safeRedirect } from "@/lib/redirect";

it.each([
  [undefined, "/contacts"],
  ["", "/contacts"],
  ["/settings/tokens", "/settings/tokens"],
  ["/contacts?sort=name&dir=desc#x", "/contacts?sort=name&dir=desc#x"],
  ["https://evil.example/", "/contacts"],
  ["//evil.example/path", "/contacts"],
  ["/\\evil.example", "/contacts"],
  ["/\t/evil.example", "/contacts"],
  ["javascript:alert(1)", "/contacts"],
  ["contacts", "/contacts"],
])("%j leads to %s", (target, want) => {
  expect(safeRedirect(target)).toBe(want);
});
