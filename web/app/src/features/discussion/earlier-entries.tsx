import { messageOf } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { TimelineEntry } from "@/features/discussion/timeline";
import type { Growing } from "@/lib/growing";
import { useInView } from "@/lib/use-in-view";
import { strings } from "@/strings";

type EarlierEntriesProps = { timeline: Growing<TimelineEntry> };

/** Above the entries that are loaded: those before them come when one scrolls there, or at a press. */
export function EarlierEntries({ timeline }: EarlierEntriesProps) {
  const { hasMore, isLoadingMore, moreError, loadMore } = timeline;
  return (
    <>
      {moreError && <Alert>{messageOf(moreError)}</Alert>}
      {hasMore && <EarlierButton key={timeline.items?.length} pending={isLoadingMore} onMore={loadMore} />}
    </>
  );
}

/** Made anew for each stretch: one that stays in sight when its entries have come asks for the next ones. */
function EarlierButton({ pending, onMore }: { pending: boolean; onMore: () => void }) {
  const button = useInView<HTMLButtonElement>(onMore);
  return (
    <Button ref={button} size="sm" className="justify-self-center" pending={pending} onClick={onMore}>
      {strings.discussion.earlier}
    </Button>
  );
}
