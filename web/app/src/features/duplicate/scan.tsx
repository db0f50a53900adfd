import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ScanSearch } from "lucide-react";
import { useEffect, useRef } from "react";
import { messageOf } from "@/api/client";
import { Button } from "@/components/ui/button";
import { cancelScan, isUnderWay, type Scan, scanQuery, startScan } from "@/features/duplicate/duplicate";
import { refreshIdentity } from "@/features/merge/merge";
import { formatNumber, formatRelative, plural } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const text = strings.duplicates.scan;
const pollMillis = 700;

/** The latest search, asked for again and again while it runs. */
function useScan() {
  return useQuery({
    ...scanQuery,
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? pollMillis : false),
  });
}

/** Starts or stops a search; both answer with the search as it is then. */
function useScanChange(change: () => Promise<Scan>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (scan) => client.setQueryData(scanQuery.queryKey, scan),
    onError: (error) => {
      toast({ tone: "danger", title: text.failed, detail: messageOf(error) });
      // Somebody else may have begun or ended one.
      void client.invalidateQueries({ queryKey: scanQuery.queryKey });
    },
  });
}

export function ScanButton({ variant = "secondary" }: { variant?: "primary" | "secondary" }) {
  const scan = useScan().data;
  const start = useScanChange(startScan);
  const isBusy = isUnderWay(scan);
  return (
    <Button
      size="sm"
      variant={variant}
      pending={start.isPending}
      disabled={isBusy}
      title={scan?.ended_date && text.started(formatRelative(scan.ended_date))}
      onClick={() => start.mutate()}
    >
      {!start.isPending && <ScanSearch aria-hidden />}
      {text.start}
    </Button>
  );
}

/** A strip below the page's header while a search runs. When it ends, a message says what came of it. */
export function ScanProgress() {
  const scan = useScan().data;
  const cancel = useScanChange(cancelScan);
  useScanEnd(scan);
  if (!scan || !isUnderWay(scan)) return null;
  return (
    <div className="relative flex items-center gap-3 border-line border-b bg-sunken px-4 py-1.5 sm:px-6">
      <div role="status" className="min-w-0 flex-1 text-[0.8125rem]">
        <span className="font-medium">{phaseText(scan)}</span>{" "}
        <span className="text-ink-2 tabular-nums">
          {scan.state === "running" && text.progress(formatNumber(scan.rows), plural(scan.pairs, text.pair))}
        </span>
      </div>
      <Button size="sm" variant="ghost" pending={cancel.isPending} onClick={() => cancel.mutate()}>
        {text.cancel}
      </Button>
      <span aria-hidden className="absolute inset-x-0 bottom-0 h-0.5 animate-pulse bg-brand" />
    </div>
  );
}

function phaseText(scan: Scan): string {
  return (scan.state === "running" && text.phases[scan.phase ?? ""]) || text.waiting;
}

/** Once a search has ended, whatever it may have changed is read again. */
function useScanEnd(scan: Scan | null | undefined): void {
  const client = useQueryClient();
  const wasUnderWay = useRef(false);
  useEffect(() => {
    if (scan && wasUnderWay.current && !isUnderWay(scan)) {
      void refreshIdentity(client);
      toast(endOf(scan));
    }
    wasUnderWay.current = isUnderWay(scan);
  }, [scan, client]);
}

function endOf(scan: Scan): Parameters<typeof toast>[0] {
  if (scan.state === "failed") return { tone: "danger", title: text.failed, detail: scan.message };
  if (scan.state === "cancelled") return { tone: "info", title: text.cancelled };
  if (scan.pairs === 0) return { tone: "success", title: text.doneNone };
  return { tone: "success", title: text.done(plural(scan.pairs, text.pair)) };
}
