import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Tag } from "@/api/types";

const tagsKey = ["tags"];

/** The org's tags by name, page by page. */
export const tagsQuery = infiniteQueryOptions({
  queryKey: [...tagsKey, "list"],
  queryFn: ({ pageParam, signal }) => {
    const body = { sort_by: ["name:asc"], limit: 100, cursor: pageParam };
    return answer(api.POST("/tags.list", { body, signal }));
  },
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

/** What the form of a tag says. */
export type TagDraft = { name: string; description: string; allowed_values: string[]; color: string };

/** Creates a tag, or changes the one that is given. */
export function saveTag(tag: Tag | undefined, { color, allowed_values, ...draft }: TagDraft): Promise<unknown> {
  const style_new = color === "" ? null : { color };
  if (!tag) return answer(api.POST("/tags.create", { body: { ...draft, allowed_values, style_new } }));
  return answer(
    api.POST("/tags.update", { body: { id: tag.id, ...draft, allowed_values: { set: allowed_values }, style_new } }),
  );
}

export function deleteTag(id: string): Promise<unknown> {
  return answer(api.POST("/tags.delete", { body: { id } }));
}

export function refreshTags(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: tagsKey });
}
