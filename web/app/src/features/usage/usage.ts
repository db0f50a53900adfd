import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { RecordType } from "@/features/record/record";

type Schemas = components["schemas"];

export type TrackedEvent = Schemas["TrackedEvent"];
export type Usage = Schemas["UsageOut"];

/** Whose events are meant, as the operations name it. */
export type UsedBy = { type: RecordType; id: string };

const subject = ({ type, id }: UsedBy) => ({ [type]: id });

/** What a record's events come to. */
export function usageQuery(by: UsedBy) {
  return queryOptions({
    queryKey: ["usage", by.id, "summary"],
    queryFn: ({ signal }) => answer(api.POST("/track-events.summary", { body: subject(by), signal })),
    staleTime: 0,
  });
}

const pageSize = 50;

/** A record's events, the latest first; with a name only those. */
export function eventsQuery(by: UsedBy, name: string) {
  return infiniteQueryOptions({
    queryKey: ["usage", by.id, "list", name],
    queryFn: ({ pageParam, signal }) => {
      const body = {
        ...subject(by),
        limit: pageSize,
        ...(name && { name: [name] }),
        ...(pageParam && { cursor: pageParam }),
      };
      return answer(api.POST("/track-events.list", { body, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
    staleTime: 0,
  });
}

/** How a page and a backend tell of a contact. */
export function snippets(origin: string, contact: string) {
  return {
    page: `window.plugSDK.trackEvent("report_exported", { format: "csv" });`,
    backend: [
      `curl ${origin}/track-events.publish \\`,
      `  -H "Authorization: $KITH_TOKEN" \\`,
      `  -H "Content-Type: application/json" \\`,
      `  -d '{"events_list": [{"name": "report_exported",`,
      `       "payload": {${contact}, "format": "csv"}}]}'`,
    ].join("\n"),
  };
}
