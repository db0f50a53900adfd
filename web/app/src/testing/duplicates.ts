import type { Duplicate, KnownPair, RevUser } from "@/features/duplicate/duplicate";
import { contactSummary } from "@/testing/merges";

/** For tests: an open pair of the contacts with these numbers and names. */
export function openPair(a: number, one: string, b: number, other: string, more: Partial<Duplicate> = {}): Duplicate {
  return {
    rev_user: contactSummary(a, one),
    other: contactSummary(b, other),
    state: "open",
    probability: 0.97,
    rule: "match",
    filed_date: "2026-01-01T00:00:00Z",
    ...more,
  };
}

export function contact(n: number, name: string, more: Partial<RevUser> = {}): RevUser {
  return {
    ...contactSummary(n, name),
    display_name: name,
    created_date: "2026-01-01T00:00:00Z",
    modified_date: "2026-01-01T00:00:00Z",
    external_ref: `REVU-${n}`,
    external_refs: [],
    is_verified: true,
    owned_by: [],
    state: "active",
    stock_schema_fragment: "don:stock_sf/1",
    ...more,
  };
}

const identifier = (kind: string, value: string) =>
  ({ kind, value, main: true, proof: "entered", source: "api", since: "2026-01-01T00:00:00Z" }) as const;

/** For tests: what is known of Katherine and Catherine Johnson. */
export function knownPair(): KnownPair {
  return {
    duplicate: openPair(1, "Katherine Johnson", 2, "Catherine Johnson"),
    rev_users: [
      contact(1, "Katherine Johnson", { description: "Trajectories", custom_fields: { tnt__plan: "gold" } }),
      contact(2, "Catherine Johnson", { description: "trajectories", custom_fields: { tnt__plan: "silver" } }),
    ],
    identifiers: [
      [
        identifier("email", "kj@langley.example"),
        identifier("phone", "+12025550177"),
        identifier("external_ref", "k-1"),
      ],
      [identifier("email", "cj@ames.example"), identifier("phone", "+12025550177")],
    ],
    evidence: {
      prior_bits: -9,
      relatives_bits: -1,
      learnt_bits: 0.4,
      bits: 5,
      fields: [
        { field: "name (given)", level: "nickname or spelling", bits: 9, value: "katherine", other_value: "catherine" },
        { field: "name (surname)", level: "same", bits: 5, value: "johnson", other_value: "johnson" },
        { field: "email", level: "different", bits: -2, value: "kj@langley.example", other_value: "cj@ames.example" },
        { field: "phone", level: "same", bits: 3, value: "12025550177", other_value: "12025550177" },
      ],
    },
  };
}
