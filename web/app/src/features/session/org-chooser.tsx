import { ArrowLeft, ChevronRight } from "lucide-react";
import type { DevOrg } from "@/api/types";
import { Alert } from "@/components/ui/alert";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";

type OrgChooserProps = {
  orgs: DevOrg[];
  /** The id of the organisation that is being entered. */
  chosen: string | undefined;
  error: string | undefined;
  onChoose: (org: DevOrg) => void;
  onBack: () => void;
};

/** Second step of signing in for people who belong to several organisations. */
export function OrgChooser({ orgs, chosen, error, onChoose, onBack }: OrgChooserProps) {
  return (
    <div className="grid gap-4">
      {error && <Alert>{error}</Alert>}
      <p className="text-ink-2">Your e-mail belongs to several organisations. Which one do you want to open?</p>
      <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-panel">
        {orgs.map((org, index) => (
          <li key={org.id}>
            <button
              type="button"
              autoFocus={index === 0}
              disabled={chosen !== undefined}
              onClick={() => onChoose(org)}
              className="flex w-full items-center gap-3 px-3.5 py-3 text-left outline-offset-[-2px] hover:bg-hover"
            >
              <Avatar name={org.display_name} seed={org.id} className="size-7 rounded-lg text-xs" />
              <span className="min-w-0 flex-1 truncate font-medium">{org.display_name}</span>
              {chosen === org.id ? <Spinner /> : <ChevronRight aria-hidden className="size-4 text-ink-3" />}
            </button>
          </li>
        ))}
      </ul>
      <Button variant="ghost" onClick={onBack} className="justify-self-start">
        <ArrowLeft aria-hidden />
        Back
      </Button>
    </div>
  );
}
