import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { QueryState } from "@/components/query-state";
import { SettingsPage, SettingsSection } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { Applications } from "@/features/token/applications";
import { CreateTokenDialog } from "@/features/token/create-token-dialog";
import { tokensQuery } from "@/features/token/token";
import { TokenList } from "@/features/token/token-list";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.tokens;

/** The signed-in member's own tokens, and those of applications. */
export function TokenPage() {
  return (
    <SettingsPage title={words.title} text={words.text}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <PersonalTokens />
        <Applications />
      </div>
    </SettingsPage>
  );
}

function PersonalTokens() {
  const [creating, setCreating] = useState(false);
  const tokens = useQuery(tokensQuery);
  useHotkeys({ n: () => setCreating(true) });
  return (
    <SettingsSection
      title={words.personal}
      text={words.personalText}
      action={
        <Button variant="primary" onClick={() => setCreating(true)}>
          <Plus aria-hidden />
          {words.newToken}
        </Button>
      }
    >
      <QueryState query={tokens} loading={words.loading} bars={2}>
        {(found) => (found.length > 0 ? <TokenList tokens={found} label={words.personal} /> : <NoTokens />)}
      </QueryState>
      <CreateTokenDialog open={creating} onOpenChange={setCreating} />
    </SettingsSection>
  );
}

function NoTokens() {
  return (
    <div className="rounded-xl border border-line border-dashed [&>div]:py-8 sm:[&>div]:py-8">
      <StateMessage icon={KeyRound} title={words.empty}>
        <p className="text-pretty text-ink-2">{words.emptyText}</p>
      </StateMessage>
    </div>
  );
}
