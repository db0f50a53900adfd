import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { dismissToast, type Toast, useToasts } from "@/lib/toast";
import { strings } from "@/strings";

const looks = {
  info: { icon: Info, style: "text-ink-3" },
  success: { icon: CircleCheck, style: "text-brand" },
  danger: { icon: CircleAlert, style: "text-danger" },
};

/** Messages about what was just done, at the bottom left. */
export function Toaster() {
  const toasts = useToasts();
  return (
    <section
      aria-label={strings.common.notifications}
      className="pointer-events-none fixed inset-x-3 bottom-3 z-[60] grid gap-2 max-lg:bottom-[calc(0.75rem+var(--toast-lift,0px))] sm:right-auto sm:left-4 sm:w-96"
    >
      {toasts.map((shown) => (
        <ToastCard key={shown.id} toast={shown} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { icon: Icon, style } = looks[toast.tone];
  const { id, duration } = toast;
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const isHeld = isPointed || isFocused;
  useEffect(() => {
    if (duration === undefined || isHeld) return;
    const timer = setTimeout(() => dismissToast(id), duration);
    return () => clearTimeout(timer);
  }, [id, duration, isHeld]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it takes no input, it only stays
    <div
      role={toast.tone === "danger" ? "alert" : "status"}
      // It does not go while somebody is about to press what is on it.
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      className="pointer-events-auto flex animate-rise items-start gap-3 rounded-xl border border-line bg-raised py-3 pr-2 pl-3.5 shadow-pop"
    >
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", style)} />
      <div className="min-w-0 flex-1">
        <p className="break-words font-medium">{toast.title}</p>
        {toast.detail && <p className="mt-0.5 break-words text-[0.8125rem] text-ink-2">{toast.detail}</p>}
      </div>
      {toast.action && (
        <Button
          size="sm"
          onClick={() => {
            toast.action?.run();
            dismissToast(id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <button
        type="button"
        aria-label={strings.common.close}
        onClick={() => dismissToast(id)}
        className="grid size-8 shrink-0 place-items-center rounded-lg text-ink-3 hover:bg-hover hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}
