import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { Skeleton } from "@/components/ui/skeleton";
import { countText, unreadQuery } from "@/features/notification/notification";
import { strings } from "@/strings";

const words = strings.notifications;

// Loaded when it is opened first.
const Panel = lazy(() => import("@/features/notification/notification-panel"));

/** How many notifications wait: a press opens them beside it, and on phones leads to their page. */
export function NotificationBell({ opens }: { opens: "panel" | "page" }) {
  const unread = useQuery(unreadQuery).data;
  const [open, setOpen] = useState(false);
  const label = unread?.count ? words.bell(countText(unread)) : words.title;
  const face = (
    <>
      <Bell aria-hidden />
      {unread !== undefined && unread.count > 0 && (
        <span
          aria-hidden
          className="absolute -top-0.5 -right-1 min-w-4 rounded-full bg-brand px-1 text-center font-semibold text-[0.625rem] text-brand-ink leading-4 tabular-nums"
        >
          {countText(unread)}
        </span>
      )}
    </>
  );
  if (opens === "page") {
    return (
      <Button asChild variant="ghost" size="icon" className="relative size-10 [&_svg]:size-5">
        <Link to="/notifications" aria-label={label}>
          {face}
        </Link>
      </Button>
    );
  }
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={words.title}
      className="flex w-[26rem] flex-col overflow-hidden"
      trigger={
        <Button variant="ghost" size="icon" className="relative" aria-label={label} title={label}>
          {face}
        </Button>
      }
    >
      <Suspense fallback={<Skeleton className="m-4 h-40" />}>
        <Panel onClose={() => setOpen(false)} />
      </Suspense>
    </Popover>
  );
}
