import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { UserRoundX } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { ApiError, messageOf } from "@/api/client";
import { Part } from "@/components/part";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs } from "@/components/ui/tabs";
import { Attributes } from "@/features/customer/attributes";
import { Heading } from "@/features/customer/heading";
import { Places } from "@/features/customer/places";
import { recordQuery } from "@/features/customer/record-query";
import { Related } from "@/features/customer/related";
import { type TimelinePart, timelineParts } from "@/features/discussion/timeline";
import { FileList } from "@/features/file/file-list";
import { EvidenceGraph } from "@/features/identity/evidence-graph";
import { IdentifierList } from "@/features/identity/identifier-list";
import { MergeHistory } from "@/features/merge/merge-history";
import { useFields } from "@/features/record/field";
import { type AnyRecord, type RecordKind, type RecordType, recordKinds } from "@/features/record/record";
import { cn } from "@/lib/cn";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.customer;

// Loaded with the tab: whoever looks at fields and identifiers needs none of it.
const CustomerItems = lazy(() => import("@/features/inbox/customer-items"));
const Discussion = lazy(async () => ({ default: (await import("@/features/discussion/discussion")).Discussion }));
const UsageTab = lazy(() => import("@/features/usage/usage-tab"));

const customerTabs = [
  "overview",
  "inbox",
  "discussion",
  "identifiers",
  "people",
  "workspaces",
  "usage",
  "files",
  "merges",
] as const;
type CustomerTab = (typeof customerTabs)[number];

/** The state of a customer's page in the URL: the tab and what of the discussion is shown, unless they are the first. */
export type CustomerSearch = { tab?: CustomerTab; show?: TimelinePart };

/** Reads the URL's search parameters; what is unknown is left out. */
export function parseCustomerSearch(search: Record<string, unknown>): CustomerSearch {
  const tab = customerTabs.find((name) => name === search.tab);
  if (!tab) return {};
  const show = tab === "discussion" ? timelineParts.find((part) => part === search.show) : undefined;
  return show && show !== "all" ? { tab, show } : { tab };
}

const tabsOf: Record<RecordType, CustomerTab[]> = {
  rev_user: ["overview", "inbox", "discussion", "identifiers", "usage", "files", "merges"],
  account: ["overview", "inbox", "discussion", "people", "workspaces", "usage", "files", "merges"],
  rev_org: ["overview", "inbox", "discussion", "people", "usage", "files", "merges"],
};

type CustomerPageProps = {
  type: RecordType;
  id: string;
  search: CustomerSearch;
  onSearchChange: (search: CustomerSearch) => void;
};

/** The page of a contact, an account or a workspace. */
export function CustomerPage({ type, id, search, onSearchChange }: CustomerPageProps) {
  const kind = recordKinds[type];
  const query = useQuery(recordQuery(type, id));
  useTitle(query.data?.display_name ?? kind.words.title);
  if (query.data) return <Customer key={query.data.id} {...{ kind, search, onSearchChange }} record={query.data} />;
  if (query.error) return <NotShown kind={kind} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={strings.records.loading(kind.words.one)} className="grid gap-4 p-6">
      <Skeleton className="size-11 rounded-full" />
      <Skeleton className="h-6 w-60" />
      <Skeleton className="h-40" />
    </div>
  );
}

function NotShown({ kind, error, onRetry }: { kind: RecordKind; error: Error; onRetry: () => void }) {
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <StateMessage role="alert" icon={UserRoundX} title={missing ? words.notFound : messageOf(error)}>
      {missing ? (
        <>
          <p className="text-ink-2">{words.notFoundText}</p>
          <Button asChild className="mt-2">
            <Link to={kind.path}>{words.back(kind.words.many)}</Link>
          </Button>
        </>
      ) : (
        <Button onClick={onRetry}>{strings.common.tryAgain}</Button>
      )}
    </StateMessage>
  );
}

type CustomerProps = Omit<CustomerPageProps, "type" | "id"> & { kind: RecordKind; record: AnyRecord };

function Customer({ kind, record, search, onSearchChange }: CustomerProps) {
  const tabs = tabsOf[kind.type];
  const shown = tabs.find((name) => name === search.tab) ?? "overview";
  const fields = useFields(kind.type);
  return (
    <div className="flex h-full flex-col">
      <Heading kind={kind} record={record} />
      <Tabs
        label={words.tabs}
        tabs={tabs.map((name) => ({ id: name, label: words[name] }))}
        value={shown}
        onChange={(tab) => onSearchChange(parseCustomerSearch(tab === "overview" ? {} : { tab }))}
      >
        {shown === "discussion" ? (
          <Suspense fallback={<Skeleton className="m-6 h-40 max-w-3xl" />}>
            <Discussion
              fields={fields}
              object={record.id}
              part={search.show ?? "all"}
              onPartChange={(show) => onSearchChange(parseCustomerSearch({ tab: "discussion", show }))}
            />
          </Suspense>
        ) : (
          <div className="h-full overflow-y-auto px-4 py-5 sm:px-6">{partOf(kind, record, shown)}</div>
        )}
      </Tabs>
    </div>
  );
}

function partOf(kind: RecordKind, record: AnyRecord, tab: CustomerTab): ReactNode {
  const belongs = kind.type === "account" ? `account = ${record.display_id}` : `workspace = ${record.display_id}`;
  switch (tab) {
    case "inbox":
      return (
        <Suspense fallback={<Skeleton className="h-40 max-w-5xl" />}>
          <CustomerItems kind={kind} record={record} />
        </Suspense>
      );
    case "usage":
      return (
        <Suspense fallback={<Skeleton className="h-40 max-w-5xl" />}>
          <UsageTab kind={kind} record={record} />
        </Suspense>
      );
    case "identifiers":
      return (
        <div className="grid max-w-5xl gap-8">
          <IdentifierList contactId={record.id} />
          <EvidenceGraph contactId={record.id} />
        </div>
      );
    case "people":
      return (
        <div className="max-w-2xl">
          <Related type="rev_user" filter={belongs} />
        </div>
      );
    case "workspaces":
      return (
        <div className="max-w-2xl">
          <Related type="rev_org" filter={belongs} />
        </div>
      );
    case "files":
      return (
        <div className="max-w-3xl">
          <FileList parent={record.id} />
        </div>
      );
    case "merges":
      return (
        <div className="max-w-3xl">
          <MergeHistory record={record.id} />
        </div>
      );
    default:
      return <Overview kind={kind} record={record} />;
  }
}

/** The fields of a record, and where it belongs. */
export function Overview({ kind, record, narrow = false }: { kind: RecordKind; record: AnyRecord; narrow?: boolean }) {
  return (
    <div className={cn("grid max-w-5xl items-start gap-6", !narrow && "lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]")}>
      <Part title={words.details}>
        <Attributes type={kind.type} record={record} />
      </Part>
      {kind.type === "rev_user" && (
        <Part title={words.places}>
          <Places contact={record} />
        </Part>
      )}
      {kind.type === "rev_org" && record.account && (
        <Part title={strings.records.fields.account}>
          <Link
            to="/accounts/$id"
            params={{ id: record.account.display_id ?? record.account.id }}
            className="px-2 font-medium hover:underline"
          >
            {record.account.display_name}
          </Link>
        </Part>
      )}
    </div>
  );
}
