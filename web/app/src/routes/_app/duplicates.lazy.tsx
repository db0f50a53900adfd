import { createLazyFileRoute } from "@tanstack/react-router";
import { DuplicatePage } from "@/features/duplicate/duplicate-page";
import { duplicateSearchParams, parseDuplicateSearch } from "@/features/duplicate/duplicate-search";

export const Route = createLazyFileRoute("/_app/duplicates")({ component: Duplicates });

function Duplicates() {
  const search = parseDuplicateSearch(Route.useSearch());
  const navigate = Route.useNavigate();
  return (
    <DuplicatePage
      search={search}
      onSearchChange={(next, replace = false) => void navigate({ search: duplicateSearchParams(next), replace })}
    />
  );
}
