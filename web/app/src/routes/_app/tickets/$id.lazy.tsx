import { createLazyFileRoute } from "@tanstack/react-router";
import { InboxPage } from "@/features/inbox/inbox-page";

export const Route = createLazyFileRoute("/_app/tickets/$id")({ component: Page });

function Page() {
  return <InboxPage {...Route.useParams()} type="ticket" search={Route.useSearch()} />;
}
