import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { BadgeCheck, ChevronLeft, CircleHelp, Ellipsis } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { RelativeTime } from "@/components/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { BlockedBadge, BlockItem } from "@/features/customer/block";
import { PictureMenu } from "@/features/customer/picture";
import { MergeDialog } from "@/features/merge/merge-dialog";
import { TagChips } from "@/features/record/marks";
import type { AnyRecord, RecordKind } from "@/features/record/record";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customer;

type HeadingProps = { kind: RecordKind; record: AnyRecord };

/** Who it is: the name, whether and why it is verified, owner, tags and tier, and what can be done. */
export function Heading({ kind, record }: HeadingProps) {
  const name = record.display_name || record.display_id;
  return (
    <header className="grid gap-3 border-line border-b px-4 pt-3 pb-4 sm:px-6">
      <Link
        to={kind.path}
        className="-ml-1 flex w-fit items-center gap-1 rounded text-[0.8125rem] text-ink-3 hover:text-ink"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {words.back(kind.words.many)}
      </Link>
      <div className="flex items-start gap-3.5">
        {kind.type === "rev_user" ? (
          <PictureMenu contact={record} />
        ) : (
          <Avatar name={name} seed={record.id} className="size-11 text-sm" />
        )}
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h1 className="min-w-0 break-words font-semibold text-lg tracking-tight">{name}</h1>
            <span className="text-ink-3 text-xs tabular-nums">{record.display_id}</span>
            {kind.type === "rev_user" && <Verified verified={record.is_verified ?? false} />}
            {record.is_blocked && <BlockedBadge />}
            {record.tier && <Badge tone="brand">{record.tier}</Badge>}
          </div>
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-3">
            {record.owned_by && record.owned_by.length > 0 && (
              <span>
                {words.owners}: {record.owned_by.map(({ display_name }) => display_name).join(", ")}
              </span>
            )}
            {record.tags && record.tags.length > 0 && <TagChips tags={record.tags} shown={6} />}
            <span>
              {words.created} <RelativeTime iso={record.created_date} />
            </span>
            <span>
              {words.modified} <RelativeTime iso={record.modified_date} />
              {record.modified_by?.display_name && ` ${words.by(record.modified_by.display_name)}`}
            </span>
          </div>
        </div>
        <RecordMenu kind={kind} record={record} name={name} />
      </div>
      <MergedInto kind={kind} record={record} />
    </header>
  );
}

function Verified({ verified }: { verified: boolean }) {
  const Icon = verified ? BadgeCheck : CircleHelp;
  return (
    <Badge tone={verified ? "brand" : "neutral"} title={verified ? words.why.verified : words.why.unverified}>
      <Icon aria-hidden className="size-3.5" />
      {verified ? strings.records.verified : words.unverified}
    </Badge>
  );
}

/** What was merged still has its address, and says where it went. */
function MergedInto({ kind, record }: HeadingProps) {
  const into = record.primary_identity ?? record.primary_account ?? record.primary_rev_org;
  if (!into?.display_id) return null;
  return (
    <p className="rounded-lg border border-line bg-sunken px-3 py-2 text-[0.8125rem]">
      {words.mergedInto}{" "}
      <Link to={`${kind.path}/$id`} params={{ id: into.display_id }} className="font-medium text-brand underline">
        {into.display_name ?? into.display_id}
      </Link>
    </p>
  );
}

function RecordMenu({ kind, record, name }: HeadingProps & { name: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"merge" | "delete">();
  const refresh = () => client.invalidateQueries({ queryKey: ["records"] });
  const restore = useMutation({
    mutationFn: () => kind.restore(record.id),
    onSuccess: async () => {
      await refresh();
      toast({ tone: "success", title: words.restored(name) });
    },
    onError: (error) => toast({ tone: "danger", title: messageOf(error) }),
  });
  const remove = useMutation({
    mutationFn: () => kind.remove(record.id),
    onSuccess: async () => {
      await navigate({ to: kind.path });
      client.removeQueries({ queryKey: ["record", kind.type] });
      await refresh();
      toast({
        tone: "success",
        title: words.deleted(name),
        action: { label: strings.common.undo, run: () => restore.mutate() },
      });
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button variant="secondary" size="sm" aria-label={words.actions}>
            <Ellipsis aria-hidden />
            <span className="max-sm:sr-only">{words.actions}</span>
          </Button>
        }
      >
        <MenuItem onSelect={() => setOpen("merge")}>{words.merge}</MenuItem>
        <MenuItem onSelect={() => void navigator.clipboard?.writeText(record.id)}>{words.copyId}</MenuItem>
        {kind.type === "rev_user" && <BlockItem contact={record} />}
        <MenuItem onSelect={() => setOpen("delete")}>{words.delete}</MenuItem>
      </Menu>
      <MergeDialog
        type={kind.type}
        record={{ id: record.id, display_name: name }}
        open={open === "merge"}
        onOpenChange={(stays) => !stays && setOpen(undefined)}
        onMerged={() => void client.invalidateQueries()}
      />
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(stays) => !stays && setOpen(undefined)}
        title={words.deleteTitle(name)}
        description={words.deleteText}
        action={words.delete}
        pending={remove.isPending}
        error={remove.error ? messageOf(remove.error) : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
