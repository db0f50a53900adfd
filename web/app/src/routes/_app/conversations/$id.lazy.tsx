import { createLazyFileRoute } from "@tanstack/react-router";
import { InboxPage } from "@/features/inbox/inbox-page";

export const Route = createLazyFileRoute("/_app/conversations/$id")({ component: Page });

function Page() {
  return <InboxPage {...Route.useParams()} type="conversation" search={Route.useSearch()} />;
}
