import { createLazyFileRoute } from "@tanstack/react-router";
import { OpportunityPage } from "@/features/opportunity/opportunity-page";

export const Route = createLazyFileRoute("/_app/opportunities/$id")({ component: Page });

function Page() {
  const navigate = Route.useNavigate();
  return (
    <OpportunityPage
      {...Route.useParams()}
      search={Route.useSearch()}
      onSearchChange={(search) => void navigate({ search, replace: true })}
    />
  );
}
