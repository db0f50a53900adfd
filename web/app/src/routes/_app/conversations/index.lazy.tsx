import { createLazyFileRoute } from "@tanstack/react-router";
import { InboxPage } from "@/features/inbox/inbox-page";

export const Route = createLazyFileRoute("/_app/conversations/")({ component: Page });

function Page() {
  return <InboxPage type="conversation" search={Route.useSearch()} />;
}
