import { createFileRoute } from "@tanstack/react-router";
import { parseInboxSearch } from "@/features/inbox/inbox-search";

export const Route = createFileRoute("/_app/conversations/")({ validateSearch: parseInboxSearch });
