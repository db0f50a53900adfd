import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, Ellipsis, HandCoins } from "lucide-react";
import { useState } from "react";
import { ApiError, messageOf } from "@/api/client";
import { Part } from "@/components/part";
import { RelativeTime } from "@/components/relative-time";
import { StateMessage } from "@/components/state-message";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs } from "@/components/ui/tabs";
import { AttributeList } from "@/features/customer/attributes";
import { Discussion } from "@/features/discussion/discussion";
import type { TimelinePart } from "@/features/discussion/timeline";
import { FileList } from "@/features/file/file-list";
import type { Work } from "@/features/inbox/item";
import { useCustomFields } from "@/features/inbox/item-fields";
import { broughtBack, failed, refreshItems, useIsRemoved, useRemoval } from "@/features/inbox/items";
import { Owners, StageMark } from "@/features/inbox/marks";
import { nameOf } from "@/features/merge/merge";
import {
  amountOf,
  getOpportunity,
  opportunityFields,
  opportunityQuery,
  recordOf,
  removeOpportunity,
  restoreOpportunity,
  updateOpportunity,
} from "@/features/opportunity/opportunity";
import { type OpportunitySearch, parseOpportunitySearch } from "@/features/opportunity/opportunity-search";
import { FieldForm, type FieldSource } from "@/features/record/edit-field";
import type { RecordField } from "@/features/record/field";
import { TagChips } from "@/features/record/marks";
import { RecordLink } from "@/features/record/record-link";
import { useLive } from "@/lib/use-live";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.inbox.opportunities;

type OpportunityPageProps = {
  id: string;
  search: OpportunitySearch;
  onSearchChange: (search: OpportunitySearch) => void;
};

/** The page of an opportunity: what it is worth, how far it is, with whom, and what is said about it. */
export function OpportunityPage({ id, search, onSearchChange }: OpportunityPageProps) {
  const query = useQuery(opportunityQuery(id));
  useTitle(query.data?.title ?? words.title);
  if (query.data) return <Opportunity key={query.data.id} work={query.data} {...{ search, onSearchChange }} />;
  if (query.error) return <NotShown id={id} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={words.loading} className="grid gap-4 p-6">
      <Skeleton className="h-6 w-60" />
      <Skeleton className="h-40" />
    </div>
  );
}

function NotShown({ id, error, onRetry }: { id: string; error: Error; onRetry: () => void }) {
  const client = useQueryClient();
  const missing = error instanceof ApiError && error.status === 404;
  const restore = useMutation({
    mutationFn: () => restoreOpportunity(id),
    onSuccess: () => broughtBack(client, "opportunity"),
    onError: failed,
  });
  return (
    <StateMessage role="alert" icon={HandCoins} title={missing ? words.notFound(id) : messageOf(error)}>
      {missing && <p className="text-pretty text-ink-2">{strings.inbox.notFoundText}</p>}
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {missing ? (
          <>
            <Button pending={restore.isPending} onClick={() => restore.mutate()}>
              {strings.inbox.restore}
            </Button>
            <Button asChild>
              <Link to="/opportunities">{strings.customer.back(words.many)}</Link>
            </Button>
          </>
        ) : (
          <Button onClick={onRetry}>{strings.common.tryAgain}</Button>
        )}
      </div>
    </StateMessage>
  );
}

type OpportunityProps = Omit<OpportunityPageProps, "id"> & { work: Work };

function Opportunity({ work, search, onSearchChange }: OpportunityProps) {
  const own = useCustomFields("opportunity");
  const fields = [...opportunityFields, ...own];
  const shown = search.tab ?? "overview";
  useLive(useIsRemoved(work.id) ? undefined : work.id, ["item", "opportunity"]);
  const [part, setPart] = useState<TimelinePart>("all");
  return (
    <div className="flex h-full flex-col">
      <Heading work={work} />
      <Tabs
        label={words.one}
        tabs={(["overview", "discussion", "files"] as const).map((id) => ({ id, label: words.tabs[id] }))}
        value={shown}
        onChange={(tab) => onSearchChange(parseOpportunitySearch({ tab }))}
      >
        {shown === "discussion" ? (
          <Discussion fields={fields} object={work.id} part={part} onPartChange={setPart} />
        ) : (
          <div className="h-full overflow-y-auto px-4 py-5 sm:px-6">
            {shown === "files" ? (
              <div className="max-w-3xl">
                <FileList parent={work.id} />
              </div>
            ) : (
              <Overview work={work} fields={fields} />
            )}
          </div>
        )}
      </Tabs>
    </div>
  );
}

function Heading({ work }: { work: Work }) {
  return (
    <header className="grid gap-3 border-line border-b px-4 pt-3 pb-4 sm:px-6">
      <Link
        to="/opportunities"
        className="-ml-1 flex w-fit items-center gap-1 rounded text-[0.8125rem] text-ink-3 hover:text-ink"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {strings.customer.back(words.many)}
      </Link>
      <div className="flex items-start gap-3.5">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h1 className="min-w-0 break-words font-semibold text-lg tracking-tight">{work.title}</h1>
            <span className="text-ink-3 text-xs tabular-nums">{work.display_id}</span>
            <StageMark stage={work.stage.name} />
          </div>
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-3">
            {work.account && (
              <RecordLink id={work.account.display_id}>
                {work.account.display_name ?? work.account.display_id}
              </RecordLink>
            )}
            <span className="font-medium text-ink tabular-nums">{amountOf(work)}</span>
            <Owners owners={work.owned_by} />
            {work.tags && work.tags.length > 0 && <TagChips tags={work.tags} shown={6} />}
            <span>
              {strings.customer.modified} <RelativeTime iso={work.modified_date} />
              {work.modified_by && ` ${strings.customer.by(nameOf(work.modified_by))}`}
            </span>
          </div>
        </div>
        <Actions work={work} />
      </div>
    </header>
  );
}

function Actions({ work }: { work: Work }) {
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const said = { removed: words.removed(work.title), restored: words.restored(work.title) };
  const remove = useRemoval(
    { id: work.id, type: "opportunity", remove: removeOpportunity, restore: restoreOpportunity, ...said },
    () => navigate({ to: "/opportunities" }),
  );
  return (
    <>
      <Menu
        trigger={
          <Button variant="secondary" size="sm" aria-label={strings.customer.actions}>
            <Ellipsis aria-hidden />
            <span className="max-sm:sr-only">{strings.customer.actions}</span>
          </Button>
        }
      >
        <MenuItem onSelect={() => void navigator.clipboard?.writeText(work.id)}>{strings.customer.copyId}</MenuItem>
        <MenuItem onSelect={() => setAsked(true)}>{strings.common.delete}</MenuItem>
      </Menu>
      <ConfirmDialog
        open={isAsked}
        onOpenChange={setAsked}
        title={strings.customer.deleteTitle(work.title)}
        description={strings.customer.deleteText}
        action={strings.common.delete}
        pending={remove.isPending}
        error={remove.error ? messageOf(remove.error) : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

function Overview({ work, fields }: { work: Work; fields: RecordField[] }) {
  const client = useQueryClient();
  const record = recordOf(work);
  const source: FieldSource = {
    get: async () => recordOf(await getOpportunity(work.id)),
    update: async (changes) => {
      const changed = await updateOpportunity(work.id, changes);
      for (const id of [changed.id, changed.display_id]) client.setQueryData(opportunityQuery(id).queryKey, changed);
      await refreshItems(client);
      return recordOf(changed);
    },
    onChanged: () => {},
  };
  return (
    <div className="grid max-w-5xl items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Part title={words.details}>
        <AttributeList
          record={record}
          fields={fields}
          edit={(field, onDone) => <FieldForm source={source} record={record} field={field} onDone={onDone} />}
        />
      </Part>
      <Part title={words.people}>
        {work.contacts && work.contacts.length > 0 ? (
          <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
            {work.contacts.map((one) => (
              <li key={one.id} className="flex min-w-0 items-center gap-2.5 px-3 py-2">
                <Avatar name={nameOf(one)} seed={one.id} picture={one.display_picture} className="size-7" />
                <span className="min-w-0">
                  <RecordLink id={one.display_id}>{nameOf(one)}</RecordLink>
                  <span className="block truncate text-[0.8125rem] text-ink-3">{one.email}</span>
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <p className="px-2 text-[0.8125rem] text-ink-3">{words.noPeople}</p>
        )}
      </Part>
    </div>
  );
}
