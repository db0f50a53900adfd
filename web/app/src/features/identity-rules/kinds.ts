import { strings } from "@/strings";

const { email, phone, ref } = strings.identity;
const names: Record<string, string> = { email, phone, external_ref: ref };

/** What people call a kind of identifier; its own name for those of channels. */
export function kindName(kind: string): string {
  return (names[kind] ?? kind).toLowerCase();
}
