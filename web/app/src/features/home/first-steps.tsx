import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp, FlaskConical, PenLine } from "lucide-react";
import { type ReactNode, useState } from "react";
import { answer, api, messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ImportDialog } from "@/features/import/import-dialog";
import { formatNumber } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.home.first;

/** What a Kith without customers offers: one's own, invented ones, or none yet. */
export function FirstSteps() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [importing, setImporting] = useState(false);
  const load = useMutation({
    mutationFn: () => answer(api.POST("/sample-data.load", { body: {} })),
    onSuccess: async ({ imports, merges }) => {
      const made = imports.reduce((sum, { progress }) => sum + progress.created, 0);
      toast({ tone: "success", title: words.loaded(formatNumber(made)), detail: words.merged(merges) });
      await client.invalidateQueries();
      await navigate({ to: "/contacts" });
    },
  });
  return (
    <div className="grid h-full place-items-center overflow-y-auto p-4">
      <div className="grid w-full max-w-3xl gap-6">
        <div>
          <h1 className="text-balance font-semibold text-2xl tracking-tight">{words.title}</h1>
          <p className="mt-1.5 text-pretty text-ink-2">{words.intro}</p>
        </div>
        {load.error && <Alert>{messageOf(load.error)}</Alert>}
        <div className="grid gap-3 sm:grid-cols-3">
          <Choice icon={<FileUp aria-hidden />} title={words.import} text={words.importText}>
            <Button variant="primary" onClick={() => setImporting(true)}>
              {words.importAction}
            </Button>
          </Choice>
          <Choice icon={<FlaskConical aria-hidden />} title={words.sample} text={words.sampleText}>
            <Button pending={load.isPending} onClick={() => load.mutate()}>
              {words.sampleAction}
            </Button>
          </Choice>
          <Choice icon={<PenLine aria-hidden />} title={words.empty} text={words.emptyText}>
            <Button asChild>
              <Link to="/contacts">{words.emptyAction}</Link>
            </Button>
          </Choice>
        </div>
      </div>
      <ImportDialog type="contacts" open={importing} onOpenChange={setImporting} />
    </div>
  );
}

type ChoiceProps = { icon: ReactNode; title: string; text: string; children: ReactNode };

function Choice({ icon, title, text, children }: ChoiceProps) {
  return (
    <section className="grid content-between gap-4 rounded-xl border border-line bg-surface p-4 shadow-panel">
      <div className="grid gap-1.5">
        <span className="text-brand [&_svg]:size-5">{icon}</span>
        <h2 className="font-semibold">{title}</h2>
        <p className="text-pretty text-[0.8125rem] text-ink-2">{text}</p>
      </div>
      <div>{children}</div>
    </section>
  );
}
