import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Lock, MessageSquareQuote, Pencil, Plus, Trash2, Zap } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/client";
import { QueryState } from "@/components/query-state";
import { listStyle, SettingsPage, SettingsTabs } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { type CannedReply, deleteReply, refreshReplies, repliesQuery } from "@/features/canned/canned";
import { deleteMacro, type Macro, macrosQuery, refreshMacros, summaryOf } from "@/features/canned/macro";
import { MacroDialog } from "@/features/canned/macro-dialog";
import { ReplyDialog } from "@/features/canned/reply-dialog";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.canned;

export type CannedTab = "replies" | "macros";

type CannedPageProps = { tab: CannedTab; onTabChange: (tab: CannedTab) => void };

/** What the team prepares for its answers. */
export function CannedPage({ tab, onTabChange }: CannedPageProps) {
  const [isNew, setNew] = useState(false);
  useHotkeys({ n: () => setNew(true) });
  const close = () => setNew(false);
  return (
    <SettingsPage
      title={words.title}
      text={words.text}
      action={
        <Button variant="primary" onClick={() => setNew(true)}>
          <Plus aria-hidden />
          {tab === "macros" ? strings.macros.newMacro : words.newReply}
        </Button>
      }
    >
      <SettingsTabs
        label={words.tabs}
        tabs={[
          { id: "replies", label: words.replies },
          { id: "macros", label: words.macros },
        ]}
        value={tab}
        onChange={onTabChange}
      >
        {tab === "macros" ? <Macros /> : <Replies />}
      </SettingsTabs>
      {isNew && (tab === "macros" ? <MacroDialog onClose={close} /> : <ReplyDialog onClose={close} />)}
    </SettingsPage>
  );
}

function Replies() {
  const client = useQueryClient();
  const replies = useInfiniteQuery(repliesQuery);
  const [editing, setEditing] = useState<CannedReply>();
  const [deleting, setDeleting] = useState<CannedReply>();
  return (
    <>
      <QueryState query={replies} loading={words.loading} bars={4}>
        {({ pages }) => (
          <List
            label={words.replies}
            items={pages.flatMap((page) => page.canned_replies)}
            nothing={
              <StateMessage icon={MessageSquareQuote} title={words.empty}>
                <p className="max-w-md text-pretty text-ink-2">{words.emptyText}</p>
              </StateMessage>
            }
          >
            {(reply) => (
              <Row
                key={reply.id}
                name={reply.title}
                onEdit={() => setEditing(reply)}
                onDelete={() => setDeleting(reply)}
              >
                <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="min-w-0 break-words font-medium">{reply.title}</span>
                  <code className="break-all text-ink-3 text-xs">/{reply.shortcut}</code>
                  {reply.visibility === "private" && (
                    <Badge>
                      <Lock aria-hidden className="size-3" />
                      {words.private}
                    </Badge>
                  )}
                </p>
                <p className="mt-0.5 line-clamp-2 break-words text-[0.8125rem] text-ink-2">
                  {reply.body.slice(0, 400)}
                </p>
              </Row>
            )}
          </List>
        )}
      </QueryState>
      <More query={replies} />
      {editing && <ReplyDialog reply={editing} onClose={() => setEditing(undefined)} />}
      {deleting && (
        <DeleteDialog
          name={deleting.title}
          text={words.deleteText}
          remove={() => deleteReply(deleting.id).then(() => refreshReplies(client))}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  );
}

function Macros() {
  const client = useQueryClient();
  const macros = useInfiniteQuery(macrosQuery);
  const [editing, setEditing] = useState<Macro>();
  const [deleting, setDeleting] = useState<Macro>();
  return (
    <>
      <QueryState query={macros} loading={strings.macros.loading} bars={4}>
        {({ pages }) => (
          <List
            label={words.macros}
            items={pages.flatMap((page) => page.macros)}
            nothing={
              <StateMessage icon={Zap} title={strings.macros.empty}>
                <p className="max-w-md text-pretty text-ink-2">{strings.macros.emptyText}</p>
              </StateMessage>
            }
          >
            {(macro) => (
              <Row
                key={macro.id}
                name={macro.name}
                onEdit={() => setEditing(macro)}
                onDelete={() => setDeleting(macro)}
              >
                <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="min-w-0 break-words font-medium">{macro.name}</span>
                  {macro.object_types.length === 1 && macro.object_types[0] && (
                    <Badge>{strings.macros.only[macro.object_types[0]]}</Badge>
                  )}
                </p>
                <p className="mt-0.5 break-words text-[0.8125rem] text-ink-2">{summaryOf(macro)}</p>
              </Row>
            )}
          </List>
        )}
      </QueryState>
      <More query={macros} />
      {editing && <MacroDialog macro={editing} onClose={() => setEditing(undefined)} />}
      {deleting && (
        <DeleteDialog
          name={deleting.name}
          text={strings.macros.deleteText}
          remove={() => deleteMacro(deleting.id).then(() => refreshMacros(client))}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  );
}

type ListProps<T> = { label: string; items: T[]; nothing: ReactNode; children: (item: T) => ReactNode };

function List<T>({ label, items, nothing, children }: ListProps<T>) {
  if (items.length === 0) return nothing;
  return (
    <ul aria-label={label} className={listStyle}>
      {items.map(children)}
    </ul>
  );
}

type RowProps = { name: string; onEdit: () => void; onDelete: () => void; children: ReactNode };

function Row({ name, onEdit, onDelete, children }: RowProps) {
  return (
    <li className="flex items-start gap-3 py-2.5 pr-2 pl-4">
      <div className="min-w-0 flex-1 py-1">{children}</div>
      <div className="flex">
        <Button variant="ghost" size="icon" aria-label={words.edit(name)} onClick={onEdit}>
          <Pencil aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label={words.remove(name)} onClick={onDelete}>
          <Trash2 aria-hidden />
        </Button>
      </div>
    </li>
  );
}

type MoreProps = { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } };

function More({ query }: MoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button className="mt-3" pending={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
      {strings.common.loadMore}
    </Button>
  );
}

type DeleteDialogProps = { name: string; text: string; remove: () => Promise<unknown>; onClose: () => void };

function DeleteDialog({ name, text, remove, onClose }: DeleteDialogProps) {
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      toast({ tone: "success", title: words.deleted(name) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.deleteTitle(name)}
      description={text}
      action={words.deleteAction}
      pending={removal.isPending}
      error={removal.error ? messageOf(removal.error) : undefined}
      onConfirm={() => removal.mutate()}
    />
  );
}
