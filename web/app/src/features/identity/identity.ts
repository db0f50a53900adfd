import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { strings } from "@/strings";

type Schemas = components["schemas"];

export type Identifier = Schemas["Identifier"];
export type Explanation = Schemas["ExplainOut"];
export type EvidencePiece = Schemas["EvidencePiece"];
export type Part = Schemas["Part"];
export type Proof = Identifier["proof"];

/** The kinds that are given and taken by hand. */
export type GivenKind = Schemas["RevUsersIdentifiersAddRequest"]["kind"];
export const givenKinds: GivenKind[] = ["email", "phone", "external_ref"];

export type Chosen = { kind: GivenKind; value: string };

/** An identifier that members can change, or nothing when its kind is only ever observed. */
export function chosenOf({ kind, value }: { kind: string; value: string }): Chosen | undefined {
  const given = givenKinds.find((one) => one === kind);
  return given && { kind: given, value };
}

export function identifiersQuery(contactId: string) {
  return queryOptions({
    queryKey: ["identity", contactId, "identifiers"],
    queryFn: async ({ signal }) =>
      (await answer(api.POST("/rev-users.identifiers.list", { body: { id: contactId }, signal }))).identifiers,
  });
}

export function explanationQuery(contactId: string) {
  return queryOptions({
    queryKey: ["identity", contactId, "explanation"],
    queryFn: ({ signal }) => answer(api.POST("/identities.explain", { body: { id: contactId }, signal })),
  });
}

export const makeMain = (id: string, chosen: Chosen) =>
  answer(api.POST("/rev-users.identifiers.set-main", { body: { id, ...chosen } }));

export const vouchFor = (id: string, chosen: Chosen) =>
  answer(api.POST("/rev-users.identifiers.verify", { body: { id, ...chosen } }));

export const removeIdentifier = (id: string, chosen: Chosen) =>
  answer(api.POST("/rev-users.identifiers.remove", { body: { id, ...chosen } }));

export const addIdentifier = (id: string, chosen: Chosen, main: boolean) =>
  answer(api.POST("/rev-users.identifiers.add", { body: { id, ...chosen, main } }));

/** Makes a new contact of some identifiers of another; without a name the server finds one. */
export const splitContact = (id: string, identifiers: Chosen[], name: string) =>
  answer(api.POST("/rev-users.split", { body: { id, identifiers, ...(name && { display_name: name }) } }));

export function kindLabel(kind: string): string {
  return strings.evidence.kinds[kind] ?? kind;
}

/** Where an identifier is known from: "the API", "import 12"; others as they are called. */
export function sourceLabel(source: string): string {
  const { sources } = strings.evidence.identifiers;
  const [kind = "", ...rest] = source.split("/");
  return sources[kind] ? [sources[kind], ...rest].join(" ") : source;
}

export function keyOf({ kind, value }: { kind: string; value: string }): string {
  return `${kind} ${value}`;
}
