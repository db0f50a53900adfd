import { createLazyFileRoute } from "@tanstack/react-router";
import { NotificationPage } from "@/features/notification/notification-page";

export const Route = createLazyFileRoute("/_app/notifications")({ component: Page });

function Page() {
  return <NotificationPage show={Route.useSearch().show ?? "unread"} />;
}
