import type { Merge, RecordSummary } from "@/features/merge/merge";

/** For tests: a contact as other records name it. */
export function contactSummary(n: number, name: string): RecordSummary {
  return { type: "rev_user", id: `don:revu/${n}`, display_id: `REVU-${n}`, display_name: name };
}

/** For tests: Grace M. Hopper became part of Grace Hopper. */
export function mergeOf(more: Partial<Merge> = {}): Merge {
  return {
    id: "don:merge/1",
    display_id: "MERGE-1",
    type: "rev_user",
    primary: contactSummary(1, "Grace Hopper"),
    secondary: contactSummary(2, "Grace M. Hopper"),
    state: "active",
    rule: "member",
    evidence: [],
    made_by: { type: "dev_user", id: "don:devu/1", display_id: "DEVU-1", display_name: "Ada Lovelace" },
    made_date: "2026-01-01T00:00:00Z",
    ...more,
  };
}
