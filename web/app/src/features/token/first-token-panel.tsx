import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { CommandLine } from "@/components/command-line";
import { SecretBox } from "@/components/secret-box";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { forgetFirstToken, issueFirstToken, useFirstToken } from "@/features/token/first-token";
import type { NewToken } from "@/features/token/token";
import { formatDate } from "@/lib/format";

/** The last step of the first run: the token, and what to do with it. */
export function FirstTokenPanel({ onContinue }: { onContinue: () => void }) {
  const client = useQueryClient();
  const token = useFirstToken();
  const leave = () => {
    onContinue();
    forgetFirstToken(client);
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      {token ? <TokenShown token={token} /> : <TokenMissing />}
      <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <h2 className="font-semibold">Bring in your customers</h2>
        <p className="text-ink-2">On the machine that runs Kith, with a CSV export from any tool:</p>
        <CommandLine command="kith import contacts customers.csv" />
        <p className="text-[0.8125rem] text-ink-3">
          From another machine add{" "}
          <code className="break-all font-mono text-xs">--server {window.location.origin} --token …</code>
        </p>
      </section>
      <Button variant="primary" size="lg" onClick={leave} className="sm:justify-self-start">
        {token ? "I have saved it, continue" : "Continue"}
        <ArrowRight aria-hidden />
      </Button>
    </div>
  );
}

function TokenShown({ token }: { token: NewToken }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <SecretBox value={token.secret} label={`Works until ${formatDate(token.expiresAt)}`} />
      <Alert tone="warn">
        Save it now: Kith keeps only a fingerprint and cannot show it again. You can make more under Settings, Tokens.
      </Alert>
    </section>
  );
}

function TokenMissing() {
  const client = useQueryClient();
  const issue = useMutation({ mutationFn: () => issueFirstToken(client) });
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Alert tone={issue.isSuccess ? "danger" : "info"}>
        {issue.isSuccess
          ? "The token could not be created. Try again, or continue and make one under Settings, Tokens."
          : "A token is shown once and this page was left or reloaded. Create another whenever you need one."}
      </Alert>
      <Button pending={issue.isPending} onClick={() => issue.mutate()} className="justify-self-start">
        Create a token
      </Button>
    </section>
  );
}
