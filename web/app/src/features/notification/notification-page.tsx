import { useNavigate } from "@tanstack/react-router";
import { PageHeader } from "@/components/page-header";
import { Tabs } from "@/components/ui/tabs";
import { BrowserSwitch } from "@/features/notification/browser-switch";
import { type ShownNotifications, shownNotifications } from "@/features/notification/notification";
import { NotificationList } from "@/features/notification/notification-list";
import { MarkAllRead } from "@/features/notification/notification-panel";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.notifications;

/** Everything that the member was told. */
export function NotificationPage({ show }: { show: ShownNotifications }) {
  useTitle(words.title);
  const navigate = useNavigate();
  return (
    <div className="flex h-full flex-col">
      <PageHeader title={words.title} actions={<MarkAllRead />} />
      <Tabs
        label={words.title}
        tabs={shownNotifications.map((id) => ({ id, label: words.tabs[id] }))}
        value={show}
        onChange={(id) => void navigate({ to: "/notifications", search: id === "all" ? { show: "all" } : {} })}
      >
        <div className="h-full overflow-y-auto">
          <div className="mx-auto grid max-w-3xl grid-cols-[minmax(0,1fr)] sm:px-2 sm:py-2">
            <NotificationList state={show} />
            <div className="border-line border-t px-4 py-5">
              <BrowserSwitch />
            </div>
          </div>
        </div>
      </Tabs>
    </div>
  );
}
