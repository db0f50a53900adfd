import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/sheet";
import { Overview } from "@/features/customer/customer-page";
import { recordQuery } from "@/features/customer/record-query";
import { detailOf, type RecordType, recordKinds } from "@/features/record/record";
import { strings } from "@/strings";

type PeekSheetProps = { type: RecordType; id: string; onClose: () => void };

/** A record beside the list. */
export function PeekSheet({ type, id, onClose }: PeekSheetProps) {
  const kind = recordKinds[type];
  const query = useQuery(recordQuery(type, id));
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={query.data?.display_name ?? id}
      description={query.data ? detailOf(query.data) : undefined}
      footer={
        <Button asChild size="sm">
          <Link to={`${kind.path}/$id`} params={{ id }}>
            {strings.customer.openPage}
          </Link>
        </Button>
      }
    >
      <div className="p-4">
        <QueryState query={query} loading={strings.records.loading(kind.words.one)}>
          {(record) => <Overview kind={kind} record={record} narrow />}
        </QueryState>
      </div>
    </Sheet>
  );
}
