import { createFileRoute } from "@tanstack/react-router";

export type RepliesSearch = { tab?: "macros" };

export const Route = createFileRoute("/_app/settings/replies")({
  validateSearch: ({ tab }: Record<string, unknown>): RepliesSearch => (tab === "macros" ? { tab } : {}),
});
