import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** How many conversations wait for the member: with something to read, and the member's own or nobody's. */
export const waitingQuery = queryOptions({
  queryKey: ["items", "conversation", "waiting"],
  queryFn: ({ signal }) => answer(api.POST("/conversations.count-unread", { body: {}, signal })),
});
