import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, Ellipsis, MessageSquareOff, PanelRight, Pencil } from "lucide-react";
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { ApiError, messageOf } from "@/api/client";
import { StateMessage } from "@/components/state-message";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { Sheet } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { Textarea } from "@/components/ui/textarea";
import { MacroControl } from "@/features/canned/macro-menu";
import { BlockedBadge, BlockItem, useContact } from "@/features/customer/block";
import { CommentText } from "@/features/discussion/comment-text";
import { moveDraft } from "@/features/discussion/draft";
import { moveAttachments } from "@/features/file/use-attachments";
import { Chat } from "@/features/inbox/chat";
import type { InboxSearch } from "@/features/inbox/inbox-search";
import { customersOf, type Item, type ItemType, itemKinds, titleOf } from "@/features/inbox/item";
import { OwnerControl, StageControl, stageChange } from "@/features/inbox/item-controls";
import { ItemSide } from "@/features/inbox/item-side";
import { itemQuery, refreshItems, useItemChange, useItemRemoval } from "@/features/inbox/items";
import { MoveDialog } from "@/features/inbox/move-dialog";
import { useMute } from "@/features/inbox/mute";
import { ReplyComposer } from "@/features/inbox/reply-composer";
import { useMarkUnread } from "@/features/inbox/seen";
import { useSignal, useSigns, viewingMillis } from "@/features/inbox/signs";
import { SnoozeControl } from "@/features/inbox/snooze-menu";
import { TicketSheet } from "@/features/inbox/ticket-sheet";
import type { AnyRecord } from "@/features/record/record";
import { useSession } from "@/features/session/use-session";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useMediaQuery } from "@/lib/use-media-query";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.inbox;
const MergeDialog = lazy(async () => ({ default: (await import("@/features/merge/merge-dialog")).MergeDialog }));

type ItemPaneProps = {
  type: ItemType;
  id: string;
  search: InboxSearch;
  /** Whether the list stands beside it. */
  hasList: boolean;
};

/** One conversation or ticket: what was said, where one answers, and what is known. */
export function ItemPane({ type, id, search, hasList }: ItemPaneProps) {
  const query = useQuery(itemQuery(type, id));
  const kind = itemKinds[type];
  useTitle(query.data ? titleOf(query.data) : kind.words.title);
  const now = query.data?.display_id ?? id;
  const navigate = useNavigate();
  useFollowedDraft(query.data?.id);
  useEffect(() => {
    // It was merged into another one, which its id leads to.
    if (now !== id) void navigate({ to: `${kind.path}/$id`, params: { id: now }, search, hash: true, replace: true });
  }, [id, now, kind, navigate, search]);
  // Until its own page is there nothing is written, or it would be written under the other one's name.
  if (query.data && now === id) return <Pane item={query.data} search={search} hasList={hasList} />;
  if (query.error) return <NotShown type={type} id={id} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={strings.records.loading(kind.words.one)} className="grid gap-4 p-6">
      <Skeleton className="h-6 w-60" />
      <Skeleton className="h-16 w-2/3" />
      <Skeleton className="h-16 w-2/3 justify-self-end" />
    </div>
  );
}

/** What was being written on an item goes on on the one that it was merged into. */
function useFollowedDraft(id: string | undefined) {
  const client = useQueryClient();
  const member = useSession()?.user.id ?? "";
  const last = useRef(id);
  useEffect(() => {
    const from = last.current;
    last.current = id ?? from;
    if (!from || !id || from === id) return;
    moveDraft(member, from, id);
    moveAttachments(client, member, from, id);
  }, [client, member, id]);
}

type NotShownProps = { type: ItemType; id: string; error: Error; onRetry: () => void };

function NotShown({ type, id, error, onRetry }: NotShownProps) {
  const client = useQueryClient();
  const kind = itemKinds[type];
  const [problem, setProblem] = useState<string>();
  const missing = error instanceof ApiError && error.status === 404;
  const restore = () =>
    kind.restore(id).then(
      () => Promise.all([client.invalidateQueries({ queryKey: ["item", type] }), refreshItems(client)]),
      (why: unknown) => setProblem(messageOf(why)),
    );
  return (
    <StateMessage
      role="alert"
      icon={MessageSquareOff}
      title={missing ? words.notFound(kind.words.one, id) : messageOf(error)}
    >
      {missing && <p className="text-pretty text-ink-2">{problem ?? words.notFoundText}</p>}
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {missing ? (
          <>
            <Button onClick={() => void restore()}>{words.restore}</Button>
            <Button asChild>
              <Link to={kind.path}>{strings.customer.back(kind.words.many)}</Link>
            </Button>
          </>
        ) : (
          <Button onClick={onRetry}>{strings.common.tryAgain}</Button>
        )}
      </div>
    </StateMessage>
  );
}

type PaneProps = { item: Item; search: InboxSearch; hasList: boolean };

function Pane({ item, search, hasList }: PaneProps) {
  const navigate = useNavigate();
  const kind = itemKinds[item.type];
  const hasRoom = useMediaQuery("(min-width: 80rem)");
  const [showsSide, setShowsSide] = useState(false);
  const scroller = useRef<HTMLElement>(null);
  const change = useItemChange(item);
  const [customer] = customersOf(item);
  const contact = useContact(customer?.display_id);
  const own = useSession()?.user.display_id ?? "";
  const assignMe = () => {
    const ids = item.owners.map(({ display_id, id }) => display_id ?? id);
    if (ids.includes(own)) return;
    const back = { owned_by: { set: ids } };
    change.mutate({ said: words.assigned(words.me), changes: { owned_by: { set: [own] } }, back });
  };
  useHotkeys({ u: () => void navigate({ to: kind.path, search }), i: assignMe });
  return (
    <div className="flex h-full">
      <article aria-label={titleOf(item)} className="flex min-w-0 flex-1 flex-col">
        <header className="grid grid-cols-[minmax(0,1fr)] gap-2 border-line border-b px-4 py-2.5 sm:px-6">
          {!hasList && (
            <Link
              to={kind.path}
              search={search}
              className="-ml-1 flex w-fit items-center gap-1 rounded text-[0.8125rem] text-ink-3 hover:text-ink"
            >
              <ChevronLeft aria-hidden className="size-4" />
              {strings.customer.back(kind.words.many)}
            </Link>
          )}
          <div className="flex items-start gap-2">
            <Title item={item} />
            {!hasRoom && (
              <Button
                size="icon"
                variant="ghost"
                aria-label={words.details}
                title={words.details}
                onClick={() => setShowsSide(true)}
              >
                <PanelRight aria-hidden />
              </Button>
            )}
            <ItemMenu item={item} search={search} contact={contact} />
          </div>
          <div className="flex flex-wrap items-center gap-1.5">
            <StageControl item={item} />
            <OwnerControl item={item} />
            {item.type === "conversation" && <SnoozeControl item={item} />}
            <MacroControl item={item} />
            {item.isSpam && <Badge tone="danger">{words.spam}</Badge>}
            {item.isMuted && <Badge title={words.muteHint}>{words.muted}</Badge>}
            {contact?.is_blocked && <BlockedBadge />}
            <Present item={item} />
          </div>
        </header>
        <Chat
          item={item}
          scroller={scroller}
          opening={(item.body || item.type === "ticket") && <Opening item={item} />}
        />
        <ReplyComposer
          item={item}
          onSent={() => {
            if (scroller.current) scroller.current.scrollTop = 0;
          }}
        />
      </article>
      {hasRoom && (
        <aside
          aria-label={words.details}
          className="w-72 shrink-0 overflow-y-auto border-line border-l bg-canvas 2xl:w-80"
        >
          <ItemSide item={item} />
        </aside>
      )}
      {!hasRoom && (
        <Sheet open={showsSide} onOpenChange={setShowsSide} title={words.details} className="max-w-sm">
          <ItemSide item={item} />
        </Sheet>
      )}
    </div>
  );
}

/** Which other members have it open. */
function Present({ item }: { item: Item }) {
  const sayHere = useSignal(item.id, "viewing");
  useEffect(() => {
    const say = () => {
      if (!document.hidden) sayHere();
    };
    say();
    const timer = setInterval(say, viewingMillis);
    return () => clearInterval(timer);
  }, [sayHere]);
  const names = useSigns(item.id, "viewing");
  return names.length > 0 && <p className="ml-auto truncate text-ink-3 text-xs">{words.alsoHere(names)}</p>;
}

/** A ticket's text, or a conversation's description, which a press on the pen changes. */
function Opening({ item }: { item: Item }) {
  const [isEdited, setEdited] = useState(false);
  if (isEdited) return <OpeningForm item={item} onDone={() => setEdited(false)} />;
  if (!item.body) {
    return (
      <Button size="sm" variant="ghost" className="justify-self-start" onClick={() => setEdited(true)}>
        <Pencil aria-hidden />
        {words.addText}
      </Button>
    );
  }
  return (
    <section
      aria-label={words.text}
      className="group/opening relative rounded-xl border border-line bg-surface px-4 py-3 pr-12"
    >
      <CommentText text={item.body} />
      <Button
        size="icon"
        variant="ghost"
        aria-label={words.editText}
        title={words.editText}
        className="absolute top-1.5 right-1.5 opacity-0 focus-visible:opacity-100 group-hover/opening:opacity-100 max-md:opacity-100"
        onClick={() => setEdited(true)}
      >
        <Pencil aria-hidden />
      </Button>
    </section>
  );
}

function OpeningForm({ item, onDone }: { item: Item; onDone: () => void }) {
  const [text, setText] = useState(item.body);
  const change = useItemChange(item);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changes = { body: text.trim() || null };
    const back = { body: item.body || null };
    change.mutate({ said: strings.records.changed(words.text), changes, back }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <Textarea
        autoFocus
        aria-label={words.text}
        rows={Math.min(20, Math.max(4, text.split("\n").length + 1))}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onDone()}
      />
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onDone}>
          {strings.common.cancel}
        </Button>
        <Button size="sm" variant="primary" type="submit" pending={change.isPending}>
          {strings.common.save}
        </Button>
      </div>
    </form>
  );
}

/** The title, which a press on the pen changes. */
function Title({ item }: { item: Item }) {
  const [isEdited, setEdited] = useState(false);
  const [text, setText] = useState("");
  const change = useItemChange(item);
  if (!isEdited) {
    return (
      <div className="group/title flex min-w-0 flex-1 items-start gap-1">
        <h1
          title={titleOf(item)}
          className="line-clamp-3 min-w-0 break-words py-1 font-semibold text-[0.9375rem] leading-6 [overflow-wrap:anywhere]"
        >
          {titleOf(item)}
        </h1>
        <Button
          size="icon"
          variant="ghost"
          aria-label={words.editTitle}
          title={words.editTitle}
          className="opacity-0 focus-visible:opacity-100 group-hover/title:opacity-100 max-md:opacity-100"
          onClick={() => {
            setText(item.title);
            setEdited(true);
          }}
        >
          <Pencil aria-hidden />
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changes = { title: text.trim() || null };
    change.mutate(
      { said: strings.records.changed(words.title), changes, back: { title: item.title || null } },
      { onSuccess: () => setEdited(false) },
    );
  };
  return (
    <form onSubmit={submit} className="flex min-w-0 flex-1 items-center gap-2">
      <Input
        autoFocus
        aria-label={words.title}
        maxLength={256}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setEdited(false)}
        className="sm:h-8"
      />
      <Button size="sm" variant="primary" type="submit" pending={change.isPending}>
        {strings.common.save}
      </Button>
      <Button size="sm" variant="ghost" onClick={() => setEdited(false)}>
        {strings.common.cancel}
      </Button>
    </form>
  );
}

type ItemMenuProps = {
  item: Item;
  search: InboxSearch;
  /** The customer whom it is with. */
  contact: AnyRecord | undefined;
};

function ItemMenu({ item, search, contact }: ItemMenuProps) {
  const navigate = useNavigate();
  const kind = itemKinds[item.type];
  const [open, setOpen] = useState<"ticket" | "move" | "merge" | "delete">();
  const change = useItemChange(item);
  const leave = () => navigate({ to: kind.path, search });
  const remove = useItemRemoval(item, leave);
  const markUnread = useMarkUnread(item, () => void leave());
  const mute = useMute(item);
  const canBeUnread = item.type === "conversation" && item.state !== "closed" && !item.isSpam;
  useHotkeys(canBeUnread ? { U: () => markUnread.mutate() } : {});
  const markSpam = () =>
    change.mutate({
      said: item.isSpam ? words.unspammed : words.spammed,
      changes: { is_spam: !item.isSpam },
      back: { is_spam: item.isSpam },
    });
  return (
    <>
      <Menu
        trigger={
          <Button size="sm" aria-label={strings.customer.actions}>
            <Ellipsis aria-hidden />
            <span className="max-sm:sr-only">{strings.customer.actions}</span>
          </Button>
        }
      >
        {item.type === "conversation" && (
          <>
            <MenuItem onSelect={() => setOpen("ticket")}>{words.toTicket}</MenuItem>
            <MenuSeparator />
            {pauses.map((stage) => (
              <MenuItem
                key={stage}
                disabled={item.stage === stage}
                title={words.pauseHint}
                onSelect={() => change.mutate(stageChange(item, stage))}
              >
                {words.pause[stage]}
              </MenuItem>
            ))}
          </>
        )}
        {canBeUnread && <MenuItem onSelect={() => markUnread.mutate()}>{words.markUnread}</MenuItem>}
        {item.type === "conversation" && (
          <MenuItem title={words.muteHint} onSelect={() => mute.mutate(!item.isMuted)}>
            {item.isMuted ? words.unmute : words.mute}
          </MenuItem>
        )}
        <MenuItem onSelect={() => setOpen("move")}>{words.moveAction}</MenuItem>
        {item.type === "conversation" && contact && (
          <MenuItem onSelect={() => setOpen("merge")}>{words.mergeAction}</MenuItem>
        )}
        <MenuItem onSelect={markSpam}>{item.isSpam ? words.noSpam : words.markSpam}</MenuItem>
        {contact && <BlockItem contact={contact} />}
        <MenuItem onSelect={() => void navigator.clipboard?.writeText(location.href)}>{words.copyLink}</MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={() => setOpen("delete")}>{strings.common.delete}</MenuItem>
      </Menu>
      <TicketSheet
        open={open === "ticket"}
        onOpenChange={(stays) => !stays && setOpen(undefined)}
        conversation={item.type === "conversation" ? item : undefined}
      />
      {open === "merge" && (
        <Suspense>
          <MergeDialog
            type="conversation"
            record={{ id: item.display_id, display_name: titleOf(item) }}
            open
            onOpenChange={(stays) => !stays && setOpen(undefined)}
          />
        </Suspense>
      )}
      <MoveDialog item={item} open={open === "move"} onOpenChange={(stays) => !stays && setOpen(undefined)} />
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(stays) => !stays && setOpen(undefined)}
        title={strings.customer.deleteTitle(titleOf(item))}
        description={strings.customer.deleteText}
        action={strings.common.delete}
        pending={remove.isPending}
        error={remove.error ? messageOf(remove.error) : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

/** Stages in which nobody waits for the team, and which do not end by themselves: that is what snoozing is for. */
const pauses = ["hold", "suspended"] as const;
