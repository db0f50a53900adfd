import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { LoadMore } from "@/components/load-more";
import { QueryState } from "@/components/query-state";
import { RelativeTime } from "@/components/relative-time";
import { Select } from "@/components/ui/select";
import { nameOf } from "@/features/merge/merge";
import { RecordLink } from "@/features/record/record-link";
import { eventsQuery, type TrackedEvent, type UsedBy } from "@/features/usage/usage";
import { strings } from "@/strings";

const words = strings.usage;

type UsageEventsProps = { by: UsedBy; names: string[] };

/** The events themselves, the latest first, with what came with them. */
export function UsageEvents({ by, names }: UsageEventsProps) {
  const [name, setName] = useState("");
  const query = useInfiniteQuery(eventsQuery(by, name));
  return (
    <>
      <div className="max-w-72">
        <Select aria-label={words.filter} value={name} onChange={(event) => setName(event.target.value)}>
          <option value="">{words.allNames}</option>
          {names.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
      </div>
      <QueryState query={query} loading={words.loading}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.events_list);
          if (events.length === 0) return <p className="text-ink-2">{words.noneKept}</p>;
          return (
            <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
              <ul
                aria-label={words.events}
                className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
              >
                {events.map((event, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: events need have no id, and none comes between others
                  <Event key={`${event.event_time} ${at}`} event={event} by={by} />
                ))}
              </ul>
              <LoadMore query={query} />
            </div>
          );
        }}
      </QueryState>
    </>
  );
}

function Event({ event, by }: { event: TrackedEvent; by: UsedBy }) {
  const { rev_user: user } = event;
  return (
    <li>
      <details className="group/event">
        <summary className="flex cursor-pointer list-none items-center gap-2.5 px-4 py-2.5 outline-offset-[-2px] hover:bg-hover [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-3 group-open/event:rotate-90" />
          <span className="min-w-0 flex-1 truncate font-medium" title={event.name}>
            {event.name}
          </span>
          {by.type !== "rev_user" && user.display_id && (
            <span className="min-w-0 truncate text-[0.8125rem]">
              <RecordLink id={user.display_id}>{nameOf(user)}</RecordLink>
            </span>
          )}
          <span className="text-[0.8125rem] text-ink-3">
            <RelativeTime iso={event.event_time} />
          </span>
        </summary>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 border-line border-t bg-sunken px-4 py-3 sm:pl-10">
          <Json title={words.payload} value={event.payload} />
          {event.client_context !== undefined && <Json title={words.context} value={event.client_context} />}
        </div>
      </details>
    </li>
  );
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <h3 className="text-ink-3 text-xs">{title}</h3>
      <pre className="whitespace-pre-wrap break-words font-mono text-xs">{JSON.stringify(value, null, 2)}</pre>
    </div>
  );
}
