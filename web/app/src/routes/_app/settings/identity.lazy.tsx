import { createLazyFileRoute } from "@tanstack/react-router";
import { IdentityPage } from "@/features/identity-rules/identity-page";

export const Route = createLazyFileRoute("/_app/settings/identity")({ component: Identity });

function Identity() {
  const { view = "rules" } = Route.useSearch();
  const navigate = Route.useNavigate();
  return <IdentityPage view={view} onViewChange={(next) => void navigate({ search: { view: next } })} />;
}
