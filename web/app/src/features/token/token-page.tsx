import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { StateMessage } from "@/components/state-message";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { CreateTokenDialog } from "@/features/token/create-token-dialog";
import { tokensQuery } from "@/features/token/token";
import { TokenList } from "@/features/token/token-list";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useTitle } from "@/lib/use-title";

export function TokenPage() {
  useTitle("Tokens");
  const [creating, setCreating] = useState(false);
  useHotkeys({ n: () => setCreating(true) });
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-3xl px-4 py-6 sm:px-8 sm:py-10">
        <div className="mb-6 flex items-start justify-between gap-4">
          <div>
            <h1 className="font-semibold text-xl tracking-tight">Personal tokens</h1>
            <p className="mt-1 text-pretty text-ink-2">
              Tokens let the command line and your scripts act as you. Kith shows each one only when it is created.
            </p>
          </div>
          <Button variant="primary" onClick={() => setCreating(true)}>
            <Plus aria-hidden />
            New token
          </Button>
        </div>
        <Tokens />
      </div>
      <CreateTokenDialog open={creating} onOpenChange={setCreating} />
    </div>
  );
}

function Tokens() {
  const { data, error, isFetching, refetch } = useQuery(tokensQuery);
  if (data?.length) return <TokenList tokens={data} />;
  if (data) {
    return (
      <StateMessage icon={KeyRound} title="No tokens yet">
        <p className="text-pretty text-ink-2">
          Create one for each machine or script, so that each can be revoked alone.
        </p>
      </StateMessage>
    );
  }
  if (error) {
    return (
      <Alert>
        <p className="mb-2">{messageOf(error)}</p>
        <Button size="sm" pending={isFetching} onClick={() => refetch()}>
          Try again
        </Button>
      </Alert>
    );
  }
  return (
    <div role="status" aria-label="Loading tokens" className="grid gap-2">
      <Skeleton className="h-16 rounded-xl" />
      <Skeleton className="h-16 rounded-xl" />
    </div>
  );
}
