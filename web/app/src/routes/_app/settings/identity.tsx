import { createFileRoute } from "@tanstack/react-router";
import type { View } from "@/features/identity-rules/identity-page";

type Search = { view?: View };

export const Route = createFileRoute("/_app/settings/identity")({ validateSearch: parse });

// Not taken from the page, which is loaded when it is opened.
const views: Record<View, true> = { rules: true, debugger: true };

/** The rules are what the page shows without parameters. */
function parse({ view }: Record<string, unknown>): Search {
  const known = Object.keys(views).find((name) => name === view);
  return known ? { view: known as View } : {};
}
