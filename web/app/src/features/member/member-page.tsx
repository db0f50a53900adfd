import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { DevUser } from "@/api/types";
import { CommandLine } from "@/components/command-line";
import { QueryState } from "@/components/query-state";
import { listStyle, SettingsPage, SettingsSection } from "@/components/settings-page";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useSession } from "@/features/session/use-session";
import { formatDate, formatDateTime } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.members;

/** The org's members by name, page by page. */
const membersQuery = infiniteQueryOptions({
  queryKey: ["settings", "members"],
  queryFn: ({ pageParam, signal }) => {
    const body = { sort_by: ["display_name:asc" as const], limit: 100, cursor: pageParam };
    return answer(api.POST("/dev-users.list", { body, signal }));
  },
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

/** Who works in Kith, and how somebody is added. */
export function MemberPage() {
  const members = useInfiniteQuery(membersQuery);
  const self = useSession()?.user.id;
  return (
    <SettingsPage title={words.title} text={words.text}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <div>
          <QueryState query={members} loading={words.loading}>
            {({ pages }) => (
              <ul aria-label={words.listLabel} className={listStyle}>
                {pages
                  .flatMap((page) => page.dev_users)
                  .map((member) => (
                    <MemberRow key={member.id} member={member} isSelf={member.id === self} />
                  ))}
              </ul>
            )}
          </QueryState>
          {members.hasNextPage && (
            <Button className="mt-3" pending={members.isFetchingNextPage} onClick={() => members.fetchNextPage()}>
              {strings.common.loadMore}
            </Button>
          )}
        </div>
        <SettingsSection title={words.howTitle} text={words.howText}>
          <CommandLine command="kith member add --email name@example.com" />
          <p className="text-[0.8125rem] text-ink-2">{words.howMore}</p>
          <CommandLine command="kith member --help" />
        </SettingsSection>
      </div>
    </SettingsPage>
  );
}

function MemberRow({ member, isSelf }: { member: DevUser; isSelf: boolean }) {
  const isActive = member.state === "active";
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar name={member.display_name} seed={member.id} className="size-8" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 truncate font-medium">{member.display_name}</span>
          {isSelf && <Badge>{words.you}</Badge>}
          <Badge tone={isActive ? "brand" : "neutral"}>{isActive ? words.active : words.deactivated}</Badge>
        </p>
        <p className="truncate text-[0.8125rem] text-ink-2">{member.email}</p>
      </div>
      <span
        title={formatDateTime(member.created_date)}
        className="shrink-0 whitespace-nowrap text-[0.8125rem] text-ink-3"
      >
        {words.since(formatDate(member.created_date))}
      </span>
    </li>
  );
}
