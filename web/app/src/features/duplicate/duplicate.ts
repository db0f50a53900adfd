import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { ApiError, answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Duplicate = Schemas["Duplicate"];
export type Evidence = Schemas["Evidence"];
export type EvidenceField = Schemas["EvidenceField"];
export type Scan = Schemas["DuplicateScan"];
export type Quality = Schemas["DuplicatesQualityOut"];
export type Share = Schemas["Share"];
export type RevUser = Schemas["RevUser"];

/** The display ids of two contacts, as the URL holds them. */
export type Pair = { one: string; other: string };

export const pairOf = ({ rev_user, other }: Duplicate): Pair => ({
  one: rev_user.display_id,
  other: other.display_id,
});

/** The pair's place in lists and in the URL. */
export const pairKey = ({ one, other }: Pair): string => `${one}+${other}`;

export const openPairsQuery = infiniteQueryOptions({
  queryKey: ["duplicates", "list"],
  queryFn: ({ pageParam, signal }) =>
    answer(api.POST("/duplicates.list", { body: pageParam ? { cursor: pageParam } : {}, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
  select: ({ pages }) => pages.flatMap((page) => page.duplicates),
});

/** Takes a pair that was decided out of the list at once; the list itself is read again behind that. */
export function dropPair(client: QueryClient, pair: Pair): void {
  client.setQueryData(
    openPairsQuery.queryKey,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          duplicates: page.duplicates.filter((open) => pairKey(pairOf(open)) !== pairKey(pair)),
        })),
      },
  );
}

/** What is known of a pair: the evidence, both contacts, and all that names them. */
export function pairQuery(pair: Pair) {
  return queryOptions({
    queryKey: ["duplicates", "pair", pairKey(pair)],
    queryFn: async ({ signal }) => {
      const body = { rev_user: pair.one, other: pair.other };
      const explained = await answer(api.POST("/duplicates.explain", { body, signal }));
      const identifiers = await Promise.all(
        explained.rev_users.map(({ id }) => answer(api.POST("/rev-users.identifiers.list", { body: { id }, signal }))),
      );
      return { ...explained, identifiers: identifiers.map((answered) => answered.identifiers) };
    },
  });
}

export type KnownPair = Awaited<ReturnType<NonNullable<ReturnType<typeof pairQuery>["queryFn"]>>>;

/** The latest search for duplicates; null when there was none. */
export const scanQuery = queryOptions({
  queryKey: ["duplicates", "scan"],
  queryFn: async ({ signal }) => {
    try {
      return (await answer(api.POST("/duplicate-scans.get", { body: {}, signal }))).duplicate_scan;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
});

export const isUnderWay = (scan: Scan | null | undefined): boolean =>
  scan?.state === "running" || scan?.state === "waiting";

export const startScan = async () => (await answer(api.POST("/duplicate-scans.create", { body: {} }))).duplicate_scan;
export const cancelScan = async () => (await answer(api.POST("/duplicate-scans.cancel", { body: {} }))).duplicate_scan;

/** Merges the two contacts of a pair; without a primary the server chooses which one stays. */
export async function acceptPair({ one, other }: Pair, primary?: string) {
  const body = { rev_user: one, other, ...(primary && { primary_user: primary }) };
  return (await answer(api.POST("/duplicates.accept", { body }))).merge;
}

export const rejectPair = ({ one, other }: Pair) =>
  answer(api.POST("/duplicates.reject", { body: { rev_user: one, other } }));

export function sampleQuery(round: number) {
  return queryOptions({
    queryKey: ["duplicate-sample", round],
    queryFn: async ({ signal }) => (await answer(api.POST("/duplicates.sample", { body: {}, signal }))).duplicates,
    // A sample is drawn once: another would take away the pair that is being judged.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

export function qualityQuery(precision: number) {
  return queryOptions({
    queryKey: ["duplicates", "quality", precision],
    queryFn: ({ signal }) => answer(api.POST("/duplicates.quality", { body: { precision }, signal })),
    placeholderData: (previous) => previous,
  });
}

/** A share in percent; close to certainty with as many digits as set it apart from that, and never rounded up to it. */
export function percent(share: number): string {
  if (share <= 0.99 || share >= 1) return `${Math.round(share * 100)} %`;
  const digits = Math.min(2, Math.max(1, Math.floor(-Math.log10(1 - share)) - 1));
  const scale = 10 ** digits;
  return `${Math.floor(share * 100 * scale + 1e-6) / scale} %`;
}

/** Bits with their sign, to a tenth. */
export function signedBits(bits: number): string {
  const rounded = Math.abs(bits).toFixed(1);
  if (Number(rounded) === 0) return "0";
  return `${bits < 0 ? "−" : "+"}${rounded}`;
}

export function comparedLabel(field: string): string {
  return strings.duplicates.fields[field] ?? field;
}

/** Which of two contacts a reader would most likely keep: one that is proven before one that is not. */
export function likelyPrimary(contacts: RevUser[]): RevUser | undefined {
  return contacts.find((contact) => contact.is_verified) ?? contacts[0];
}
