import { createFileRoute } from "@tanstack/react-router";
import { parseOpportunitySearch } from "@/features/opportunity/opportunity-search";

export const Route = createFileRoute("/_app/opportunities/$id")({ validateSearch: parseOpportunitySearch });
