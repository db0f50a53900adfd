import { createFileRoute } from "@tanstack/react-router";
import { IdentityPage, type View, views } from "@/features/identity-rules/identity-page";

type Search = { view?: View };

export const Route = createFileRoute("/_app/settings/identity")({ validateSearch: parse, component: Identity });

/** The rules are what the page shows without parameters. */
function parse({ view }: Record<string, unknown>): Search {
  const known = views.find((name) => name === view);
  return known ? { view: known } : {};
}

function Identity() {
  const { view = "rules" } = Route.useSearch();
  const navigate = Route.useNavigate();
  return <IdentityPage view={view} onViewChange={(next) => void navigate({ search: { view: next } })} />;
}
