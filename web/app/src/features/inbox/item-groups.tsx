import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, CloudOff, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { StateMessage } from "@/components/state-message";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { InboxSearch } from "@/features/inbox/inbox-search";
import type { InboxView } from "@/features/inbox/inbox-view";
import { channelText, type ItemGroup, type ItemKind, stageText, titleOf } from "@/features/inbox/item";
import { Active, CustomerLine, UnreadMark } from "@/features/inbox/item-line";
import { Owners, StageBadge } from "@/features/inbox/marks";
import { formatNumber } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.inbox;
const shownInGroup = 5;

type ItemGroupsProps = {
  kind: ItemKind;
  search: InboxSearch;
  view: InboxView;
  /** Lists one group alone. */
  onNarrow: (group: ItemGroup) => void;
};

/** A list in groups, the largest first: by owner it shows who has how much to do. */
export function ItemGroups({ kind, search, view, onNarrow }: ItemGroupsProps) {
  const { text: filter, group, sort } = view;
  const list = useRef<HTMLElement>(null);
  const query = useInfiniteQuery({
    queryKey: ["items", kind.type, "groups", filter, group, sort],
    queryFn: ({ pageParam, signal }) =>
      kind.groups({ filter, group_by: group, sort_by: [sort], limit: shownInGroup, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });
  const step = (by: 1 | -1) => () => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[data-step]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  useHotkeys({ j: step(1), k: step(-1) });
  const groups = query.data?.pages.flatMap((page) => page.groups) ?? [];
  const most = Math.max(1, ...groups.map(({ count }) => count));
  if (query.error && groups.length === 0) {
    return (
      <StateMessage role="alert" icon={CloudOff} title={messageOf(query.error)}>
        <Button onClick={() => query.refetch()}>{strings.common.tryAgain}</Button>
      </StateMessage>
    );
  }
  if (!query.data) {
    return (
      <div role="status" aria-label={strings.records.loading(kind.words.many)} className="grid gap-4 p-6">
        {["w-2/5", "w-3/5", "w-1/2"].map((width) => (
          <Skeleton key={width} className={`h-6 ${width}`} />
        ))}
      </div>
    );
  }
  if (groups.length === 0) return <StateMessage icon={SearchX} title={strings.records.noMatch} />;
  return (
    <section
      ref={list}
      aria-label={group === "owner" ? words.workload : kind.words.title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="h-full overflow-y-auto px-4 py-3 outline-offset-[-2px] sm:px-6"
    >
      <ul className="mx-auto grid max-w-5xl gap-2">
        {groups.map((one) => (
          <Group
            key={one.value}
            kind={kind}
            by={group}
            group={one}
            most={most}
            search={search}
            onNarrow={() => onNarrow(one)}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="grid justify-center py-4">
          <Button size="sm" pending={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {words.moreGroups}
          </Button>
        </div>
      )}
    </section>
  );
}

type GroupProps = {
  kind: ItemKind;
  by: string;
  group: ItemGroup;
  most: number;
  search: InboxSearch;
  onNarrow: () => void;
};

function Group({ kind, by, group, most, search, onNarrow }: GroupProps) {
  // Of owners, what counts is how much they have; the others are read.
  const [open, setOpen] = useState(by !== "owner");
  const label = groupLabel(by, group);
  const count = formatNumber(group.count) + (group.more ? "+" : "");
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li className="overflow-hidden rounded-xl border border-line bg-surface">
      <button
        type="button"
        data-step
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-11 w-full items-center gap-2.5 px-3 py-1.5 text-left outline-offset-[-2px] hover:bg-hover"
      >
        <Chevron aria-hidden className="size-4 shrink-0 text-ink-3" />
        {by === "owner" &&
          (group.value === "" ? (
            <span className="size-6 shrink-0" />
          ) : (
            <Avatar name={label} seed={seedOf(group)} className="size-6" />
          ))}
        <span className="w-40 min-w-0 truncate font-medium sm:w-56">{label}</span>
        <span className="w-14 shrink-0 text-right text-ink-2 tabular-nums">{count}</span>
        <span aria-hidden className="h-2 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
          <span
            className="block h-full rounded-full bg-brand"
            style={{ width: `${Math.max((100 * group.count) / most, 1)}%` }}
          />
        </span>
      </button>
      {open && (
        <ul className="border-line border-t">
          {group.items.map((item) => (
            <li key={item.id} className="border-line/70 border-b">
              <Link
                to={`${kind.path}/$id`}
                params={{ id: item.display_id }}
                search={search}
                data-step
                className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-1.5 text-[0.8125rem] outline-offset-[-2px] hover:bg-hover md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)_minmax(0,1.5fr)_10rem_6.5rem]"
              >
                <span className="truncate font-medium text-ink">
                  <UnreadMark item={item} />
                  {titleOf(item)}
                </span>
                <span className="min-w-0 text-ink-2 max-md:order-last">
                  <CustomerLine item={item} />
                </span>
                <span className="min-w-0 text-ink-2 max-md:hidden">
                  <Owners owners={item.owners} />
                </span>
                <span className="max-md:justify-self-end">
                  <StageBadge item={item} />
                </span>
                <span className="text-right max-md:order-last">
                  <Active item={item} />
                </span>
              </Link>
            </li>
          ))}
          <li>
            <button
              type="button"
              data-step
              onClick={onNarrow}
              className="h-10 w-full px-4 text-left text-[0.8125rem] text-ink-2 outline-offset-[-2px] hover:bg-hover hover:text-ink"
            >
              {words.showGroup(count)}
            </button>
          </li>
        </ul>
      )}
    </li>
  );
}

/** By what a member's colour is chosen everywhere: the full id. */
function seedOf({ value, items }: ItemGroup): string {
  return items.flatMap(({ owners }) => owners).find(({ display_id }) => display_id === value)?.id ?? value;
}

const severities: Record<string, string> = words.severities;
const states: Record<string, string> = words.states;

/** What people call a group: some values have their words here. */
function groupLabel(by: string, { value, label }: ItemGroup): string {
  if (value === "") return by === "owner" ? words.nobody : words.withoutValue;
  switch (by) {
    case "stage":
      return stageText(value);
    case "source_channel":
      return channelText(value);
    case "severity":
      return severities[value] ?? label;
    case "state":
      return states[value] ?? label;
    default:
      return label || value;
  }
}
