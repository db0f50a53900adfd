import { createFileRoute } from "@tanstack/react-router";
import { parseOpportunitiesSearch } from "@/features/opportunity/opportunity-search";

export const Route = createFileRoute("/_app/opportunities/")({ validateSearch: parseOpportunitiesSearch });
