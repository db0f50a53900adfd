import { useQuery } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useState } from "react";
import type { ServiceAccount } from "@/api/types";
import { QueryState } from "@/components/query-state";
import { SettingsSection } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { ApplicationTokenDialog } from "@/features/token/application-token-dialog";
import { type Application, applicationsQuery } from "@/features/token/token";
import { TokenList } from "@/features/token/token-list";
import { strings } from "@/strings";

const words = strings.tokens;

/** The applications that use Kith, each with its tokens. */
export function Applications() {
  const applications = useQuery(applicationsQuery);
  // The application that gets a token; "new" for one that is created with it.
  const [adding, setAdding] = useState<ServiceAccount | "new">();
  return (
    <SettingsSection
      title={words.applications}
      text={words.applicationsText}
      action={
        <Button onClick={() => setAdding("new")}>
          <Plus aria-hidden />
          {words.newApplication}
        </Button>
      }
    >
      <QueryState query={applications} loading={words.applicationsLoading} bars={2}>
        {(all) =>
          all.length > 0 ? (
            <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
              {all.map((application) => (
                <ApplicationCard
                  key={application.account.id}
                  application={application}
                  onAdd={() => setAdding(application.account)}
                />
              ))}
            </ul>
          ) : (
            <NoApplications />
          )
        }
      </QueryState>
      {adding && (
        <ApplicationTokenDialog account={adding === "new" ? undefined : adding} onClose={() => setAdding(undefined)} />
      )}
    </SettingsSection>
  );
}

function NoApplications() {
  return (
    <div className="rounded-xl border border-line border-dashed [&>div]:py-8 sm:[&>div]:py-8">
      <StateMessage icon={Bot} title={words.noApplications}>
        <p className="text-pretty text-ink-2">{words.noApplicationsText}</p>
      </StateMessage>
    </div>
  );
}

function ApplicationCard({ application: { account, tokens }, onAdd }: { application: Application; onAdd: () => void }) {
  return (
    <li className="overflow-hidden rounded-xl border border-line bg-surface shadow-panel">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b bg-sunken px-4 py-2.5">
        <div className="min-w-0">
          <h3 className="break-words font-medium">{account.display_name}</h3>
          <p className="mt-0.5 truncate text-[0.8125rem] text-ink-3">
            {words.clientId} <code className="select-all font-mono text-xs">{account.client_id}</code>
          </p>
        </div>
        <Button size="sm" aria-label={words.addTokenTo(account.display_name)} onClick={onAdd}>
          <Plus aria-hidden />
          {words.addToken}
        </Button>
      </div>
      {tokens.length > 0 ? (
        <TokenList tokens={tokens} label={words.tokensOf(account.display_name)} className="divide-y divide-line" />
      ) : (
        <p className="px-4 py-3 text-ink-3">{words.noTokens}</p>
      )}
    </li>
  );
}
