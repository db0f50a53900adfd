import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { BrowserSwitch } from "@/features/notification/browser-switch";
import { unreadQuery, useMarkRead } from "@/features/notification/notification";
import { NotificationList } from "@/features/notification/notification-list";
import { strings } from "@/strings";

const words = strings.notifications;

/** The latest notifications, beside the bell. */
export default function NotificationPanel({ onClose }: { onClose: () => void }) {
  return (
    <>
      <div className="flex items-center gap-2 border-line border-b py-2 pr-2 pl-4">
        <h2 className="flex-1 font-semibold">{words.title}</h2>
        <MarkAllRead />
      </div>
      <div className="max-h-[60vh] min-h-0 flex-1 overflow-y-auto">
        <NotificationList state="all" onOpened={onClose} />
      </div>
      <div className="flex items-start justify-between gap-3 border-line border-t px-4 py-3">
        <BrowserSwitch />
        <Link to="/notifications" onClick={onClose} className="shrink-0 font-medium text-brand hover:underline">
          {words.showAll}
        </Link>
      </div>
    </>
  );
}

/** Marks everything that there is as read. */
export function MarkAllRead() {
  const unread = useQuery(unreadQuery).data;
  const markRead = useMarkRead();
  return (
    <Button
      size="sm"
      variant="ghost"
      disabled={!unread?.count}
      pending={markRead.isPending}
      onClick={() => markRead.mutate("all")}
    >
      {words.markAll}
    </Button>
  );
}
