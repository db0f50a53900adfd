import { ArrowDown, ArrowUp } from "lucide-react";
import type { DragEvent, KeyboardEvent, PointerEvent } from "react";
import { firstDirection, type RecordField } from "@/features/record/field";
import type { SortKey } from "@/features/record/list-search";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";

type RecordHeadingProps = {
  field: RecordField;
  width: number;
  /** Stays in sight when the table scrolls sideways. */
  pinned: boolean;
  sort: SortKey[];
  onSort: (field: string, first: "asc" | "desc") => void;
  onResize: (width: number) => void;
  /** Another column was dropped here. */
  onDrop: (name: string) => void;
};

const step = 16;

/** One column's heading: a button when the list can be sorted by it; it can be dragged, and its edge pulled. */
export function RecordHeading({ field, width, pinned, sort, onSort, onResize, onDrop }: RecordHeadingProps) {
  const key = sort.find((candidate) => candidate.field === field.name);
  const Arrow = key?.dir === "desc" ? ArrowDown : ArrowUp;
  const padding = cn("px-3", pinned && "pl-1");
  return (
    <div
      role="columnheader"
      {...(field.sortable ? { "aria-sort": key ? (key.dir === "asc" ? "ascending" : "descending") : "none" } : {})}
      draggable={!pinned}
      onDragStart={(event) => event.dataTransfer.setData("text/plain", field.name)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        onDrop(event.dataTransfer.getData("text/plain"));
      }}
      className={cn("relative h-9 bg-canvas font-medium text-ink-3 text-xs", pinned && "sticky left-11 z-10")}
    >
      {field.sortable ? (
        <button
          type="button"
          onClick={() => onSort(field.name, firstDirection(field))}
          className={cn(
            "group/sort flex h-full w-full items-center gap-1 text-left outline-offset-[-2px] hover:text-ink",
            padding,
            key && "text-ink",
          )}
        >
          <span className="truncate">{field.label}</span>
          <Arrow
            aria-hidden
            className={cn("size-3.5 shrink-0", key ? "text-brand" : "opacity-0 group-hover/sort:opacity-50")}
          />
        </button>
      ) : (
        <span className={cn("flex h-full items-center", padding)}>
          <span className="truncate">{field.label}</span>
        </span>
      )}
      <ResizeHandle label={field.label} width={width} onResize={onResize} />
    </div>
  );
}

function ResizeHandle({ label, width, onResize }: { label: string; width: number; onResize: (width: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const from = event.clientX;
    const before = handle.parentElement?.getBoundingClientRect().width ?? width;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onResize(Math.max(64, before + moved.clientX - from));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onResize(Math.max(64, width + by));
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={strings.records.resize(label)}
      aria-valuenow={Math.round(width)}
      tabIndex={-1}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      className="absolute inset-y-1.5 right-0 w-1.5 cursor-col-resize touch-none rounded-full hover:bg-line-strong"
    />
  );
}
