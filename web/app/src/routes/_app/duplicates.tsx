import { createFileRoute } from "@tanstack/react-router";
import { duplicateSearchParams, parseDuplicateSearch } from "@/features/duplicate/duplicate-search";

export const Route = createFileRoute("/_app/duplicates")({
  validateSearch: (search) => duplicateSearchParams(parseDuplicateSearch(search)),
});
