import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Tags, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Tag } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { listStyle, SettingsPage } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ColorDot } from "@/features/tag/color-dot";
import { deleteTag, refreshTags, tagsQuery } from "@/features/tag/tag";
import { TagDialog } from "@/features/tag/tag-dialog";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.tags;

/** The labels that records can carry. */
export function TagPage() {
  const [isNew, setNew] = useState(false);
  const tags = useInfiniteQuery(tagsQuery);
  useHotkeys({ n: () => setNew(true) });
  return (
    <SettingsPage
      title={words.title}
      text={words.text}
      action={
        <Button variant="primary" onClick={() => setNew(true)}>
          <Plus aria-hidden />
          {words.newTag}
        </Button>
      }
    >
      <QueryState query={tags} loading={words.loading} bars={4}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.tags);
          return all.length > 0 ? <TagList tags={all} /> : <NoTags />;
        }}
      </QueryState>
      {tags.hasNextPage && (
        <Button className="mt-3" pending={tags.isFetchingNextPage} onClick={() => tags.fetchNextPage()}>
          {strings.common.loadMore}
        </Button>
      )}
      {isNew && <TagDialog tag={undefined} onClose={() => setNew(false)} />}
    </SettingsPage>
  );
}

function NoTags() {
  return (
    <StateMessage icon={Tags} title={words.empty}>
      <p className="text-pretty text-ink-2">{words.emptyText}</p>
    </StateMessage>
  );
}

function TagList({ tags }: { tags: Tag[] }) {
  const [editing, setEditing] = useState<Tag>();
  const [deleting, setDeleting] = useState<Tag>();
  return (
    <>
      <ul aria-label={words.listLabel} className={listStyle}>
        {tags.map((tag) => (
          <TagRow key={tag.id} tag={tag} onEdit={() => setEditing(tag)} onDelete={() => setDeleting(tag)} />
        ))}
      </ul>
      {editing && <TagDialog tag={editing} onClose={() => setEditing(undefined)} />}
      {deleting && <DeleteDialog tag={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}

const shownValues = 6;

function TagRow({ tag, onEdit, onDelete }: { tag: Tag; onEdit: () => void; onDelete: () => void }) {
  const values = tag.allowed_values ?? [];
  return (
    <li className="flex items-start gap-3 py-2.5 pr-2 pl-4">
      <ColorDot color={tag.style_new?.color} className="mt-2" />
      <div className="min-w-0 flex-1 py-1">
        <p className="break-words font-medium">{tag.name}</p>
        {tag.description && <p className="mt-0.5 break-words text-[0.8125rem] text-ink-2">{tag.description}</p>}
        {values.length > 0 && (
          <p className="mt-1.5 flex flex-wrap gap-1">
            {values.slice(0, shownValues).map((value) => (
              <Badge key={value}>
                <span className="max-w-40 truncate">{value}</span>
              </Badge>
            ))}
            {values.length > shownValues && <Badge title={values.join(", ")}>+{values.length - shownValues}</Badge>}
          </p>
        )}
      </div>
      <div className="flex">
        <Button variant="ghost" size="icon" aria-label={words.edit(tag.name)} onClick={onEdit}>
          <Pencil aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label={words.remove(tag.name)} onClick={onDelete}>
          <Trash2 aria-hidden />
        </Button>
      </div>
    </li>
  );
}

function DeleteDialog({ tag, onClose }: { tag: Tag; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteTag(tag.id),
    onSuccess: async () => {
      await refreshTags(client);
      toast({ tone: "success", title: words.deleted(tag.name) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.deleteTitle(tag.name)}
      description={words.deleteText}
      action={words.deleteAction}
      pending={remove.isPending}
      error={remove.error ? messageOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  );
}
