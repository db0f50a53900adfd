import { createLazyFileRoute } from "@tanstack/react-router";
import { InboxPage } from "@/features/inbox/inbox-page";

export const Route = createLazyFileRoute("/_app/tickets/")({ component: Page });

function Page() {
  return <InboxPage type="ticket" search={Route.useSearch()} />;
}
