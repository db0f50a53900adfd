import { Skeleton } from "@/components/ui/skeleton";

const rows = Array.from({ length: 14 }, (_, index) => index);

/** Stands where the first page of contacts will be. */
export function ContactSkeleton() {
  return (
    <div role="status" aria-label="Loading contacts" className="h-full overflow-hidden">
      {rows.map((row) => (
        <div key={row} className="flex h-16 items-center gap-3 border-line/70 border-b px-4 sm:px-6 md:h-[42px]">
          <Skeleton className="size-9 shrink-0 rounded-full md:size-6" />
          <Skeleton className={row % 3 === 0 ? "h-3 w-40" : "h-3 w-32"} />
          <Skeleton className="ml-auto h-3 w-16 md:ml-10 md:w-48" />
        </div>
      ))}
    </div>
  );
}
