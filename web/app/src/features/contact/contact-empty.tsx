import { UsersRound } from "lucide-react";
import { CommandLine } from "@/components/command-line";
import { StateMessage } from "@/components/state-message";

/** What a Kith without contacts says: how the first ones get in. */
export function ContactEmpty() {
  return (
    <StateMessage icon={UsersRound} title="No contacts yet">
      <p className="max-w-md text-pretty text-ink-2">
        Bring your customers in from a CSV file. The command shows its progress and keeps the rows that failed, with the
        reasons, ready to correct.
      </p>
      <div className="mt-4 w-full max-w-md text-left">
        <CommandLine command="kith import contacts FILE" />
      </div>
      <p className="mt-3 max-w-md text-pretty text-ink-3">
        Or create them over the API with <code className="font-mono text-[0.8125rem]">rev-users.create</code>: see the{" "}
        <a href="/docs" className="text-brand underline underline-offset-2 hover:text-brand-hover">
          API reference
        </a>
        .
      </p>
    </StateMessage>
  );
}
