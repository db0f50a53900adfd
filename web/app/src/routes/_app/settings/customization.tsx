import { createFileRoute } from "@tanstack/react-router";
import { objects, type Scope } from "@/features/schema/schema";

type Search = { object?: Scope["object"]; subtype?: string };

export const Route = createFileRoute("/_app/settings/customization")({ validateSearch: parse });

/** Contacts without a subtype are what the page shows without parameters. */
function parse({ object, subtype }: Record<string, unknown>): Search {
  const known = objects.find((name) => name === object);
  return { ...(known && { object: known }), ...(typeof subtype === "string" && { subtype }) };
}
