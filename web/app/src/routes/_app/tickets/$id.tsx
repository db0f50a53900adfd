import { createFileRoute } from "@tanstack/react-router";
import { parseInboxSearch } from "@/features/inbox/inbox-search";
import { loadInbox } from "@/features/inbox/load-inbox";

export const Route = createFileRoute("/_app/tickets/$id")({
  validateSearch: parseInboxSearch,
  loader: ({ context: { client } }) => loadInbox(client, "ticket"),
});
