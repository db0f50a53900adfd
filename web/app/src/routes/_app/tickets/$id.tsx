import { createFileRoute } from "@tanstack/react-router";
import { parseInboxSearch } from "@/features/inbox/inbox-search";

export const Route = createFileRoute("/_app/tickets/$id")({ validateSearch: parseInboxSearch });
