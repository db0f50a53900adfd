import { createLazyFileRoute } from "@tanstack/react-router";
import { OpportunityList } from "@/features/opportunity/opportunity-list";

export const Route = createLazyFileRoute("/_app/opportunities/")({ component: Page });

function Page() {
  const navigate = Route.useNavigate();
  return (
    <OpportunityList search={Route.useSearch()} onSearchChange={(search) => void navigate({ search, replace: true })} />
  );
}
