import { Link } from "@tanstack/react-router";
import { BellOff } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { messageOf } from "@/api/client";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { StateMessage } from "@/components/state-message";
import { Alert } from "@/components/ui/alert";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { nameOf } from "@/features/merge/merge";
import {
  actorOf,
  deedOf,
  type Notification_,
  notificationsOf,
  placeOf,
  type ShownNotifications,
  useMarkRead,
} from "@/features/notification/notification";
import { useGrowing } from "@/lib/growing";
import { strings } from "@/strings";

const words = strings.notifications;

type NotificationListProps = { state: ShownNotifications /** Called when one is opened. */; onOpened?: () => void };

/** What the member was told, the latest first. Arrow keys, J and K go from one to the next. */
export function NotificationList({ state, onOpened }: NotificationListProps) {
  const list = useGrowing(notificationsOf(state));
  const markRead = useMarkRead();
  const box = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    rows[rows.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  };
  return (
    <QueryState query={list.query} loading={words.loading} bars={5}>
      {({ items }) =>
        items.length === 0 ? (
          <StateMessage icon={BellOff} title={words.none[state]}>
            <p className="text-pretty text-ink-2">{words.noneText}</p>
          </StateMessage>
        ) : (
          <>
            <ul ref={box} aria-label={words.title} onKeyDown={onKeyDown} className="grid grid-cols-[minmax(0,1fr)]">
              {items.map((one) => (
                <li key={one.id} className="border-line/70 border-b last:border-b-0">
                  <Row
                    one={one}
                    onOpen={() => {
                      if (!one.read_date) markRead.mutate(one);
                      onOpened?.();
                    }}
                  />
                </li>
              ))}
            </ul>
            {list.moreError && <Alert>{messageOf(list.moreError)}</Alert>}
            {list.hasMore && (
              <Button size="sm" className="mx-auto my-3 flex" pending={list.isLoadingMore} onClick={list.loadMore}>
                {strings.common.loadMore}
              </Button>
            )}
          </>
        )
      }
    </QueryState>
  );
}

const rowStyle =
  "flex w-full items-start gap-3 px-4 py-3 text-left outline-offset-[-2px] hover:bg-hover max-md:min-h-14";

function Row({ one, onOpen }: { one: Notification_; onOpen: () => void }) {
  const place = placeOf(one);
  const content = <Content one={one} />;
  if (!place) {
    return (
      <button type="button" data-row className={rowStyle} onClick={onOpen}>
        {content}
      </button>
    );
  }
  return (
    <Link {...place} data-row className={rowStyle} onClick={onOpen}>
      {content}
    </Link>
  );
}

function Content({ one }: { one: Notification_ }): ReactNode {
  const isUnread = !one.read_date;
  return (
    <>
      <Avatar
        name={actorOf(one)}
        seed={one.created_by?.id ?? ""}
        picture={one.created_by?.display_picture}
        className="mt-0.5 size-7"
      />
      <span className="min-w-0 flex-1">
        <span className={isUnread ? "block break-words text-ink" : "block break-words text-ink-2"}>
          {isUnread && <span className="sr-only">{words.unread}: </span>}
          <span className={isUnread ? "font-semibold" : "font-medium"}>{actorOf(one)}</span> {deedOf(one)}{" "}
          <span className={isUnread ? "font-semibold" : "font-medium"}>{nameOf(one.object)}</span>
        </span>
        <span className="block text-ink-3 text-xs">
          <RelativeTime iso={one.created_date} />
          {one.object.display_name && ` · ${one.object.display_id}`}
        </span>
      </span>
      {isUnread && <span aria-hidden className="mt-2 size-2 shrink-0 rounded-full bg-brand" />}
    </>
  );
}
