import { ChevronDown, MessageCircle, Send } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { Widget } from "@/api/types";
import { cn } from "@/lib/cn";
import { strings } from "@/strings";
import { hexColor, textOn } from "../../../../widget/src/color";

const words = strings.widgets;

/** What a visitor would see, made small. */
export function WidgetPreview({ look }: { look: Widget["appearance"] }) {
  const isDevicesDark = useDarkDevice();
  const isDark = look.theme === "dark" || (look.theme === "system" && isDevicesDark);
  const accent = hexColor(look.accent_color) ?? "#007469";
  const filled = { backgroundColor: accent, color: textOn(accent) };
  const side = look.alignment === "left" ? "justify-self-start" : "justify-self-end";
  return (
    <section aria-label={words.preview} className="sticky top-6 grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 className="font-semibold text-[0.9375rem]">{words.preview}</h2>
      <div
        data-testid="preview"
        className={cn(
          "grid grid-cols-[minmax(0,1fr)] overflow-hidden rounded-2xl border border-line shadow-pop",
          isDark ? "bg-[#17191e] text-[#f1f2f4]" : "bg-white text-[#1b1d22]",
        )}
      >
        <div className="flex items-center justify-between px-4 py-3 font-semibold" style={filled}>
          <span className="truncate">{look.team_name || words.team}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0" />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4 py-4 text-sm">
          <p className="text-balance break-words font-semibold text-lg leading-tight">{look.greeting}</p>
          <p className={cn("whitespace-pre-line break-words", isDark ? "text-[#a9aeb8]" : "text-[#555a64]")}>
            {look.welcome_text}
          </p>
          <p className="mt-4 max-w-[85%] justify-self-end rounded-2xl rounded-br-sm px-3 py-1.5" style={filled}>
            {words.previewMessage}
          </p>
          <p
            className={cn(
              "max-w-[85%] justify-self-start rounded-2xl rounded-bl-sm px-3 py-1.5",
              isDark ? "bg-[#262930]" : "bg-[#f3f4f6]",
            )}
          >
            {words.previewAnswer}
          </p>
        </div>
        <div
          className={cn(
            "flex items-center gap-2 border-t p-2.5 text-sm",
            isDark ? "border-[#363a43] text-[#a9aeb8]" : "border-[#dfe1e6] text-[#555a64]",
          )}
        >
          <span className="flex-1 px-2">{words.previewWrite}</span>
          <span className="grid size-9 place-items-center rounded-xl" style={filled}>
            <Send aria-hidden className="size-4" />
          </span>
        </div>
      </div>
      {look.launcher && (
        <span className={cn("grid size-14 place-items-center rounded-full shadow-pop", side)} style={filled}>
          <MessageCircle aria-hidden className="size-6" />
        </span>
      )}
    </section>
  );
}

const darkDevice = "(prefers-color-scheme: dark)";

function useDarkDevice(): boolean {
  return useSyncExternalStore(
    (tell) => {
      const media = window.matchMedia?.(darkDevice);
      media?.addEventListener("change", tell);
      return () => media?.removeEventListener("change", tell);
    },
    () => window.matchMedia?.(darkDevice).matches ?? false,
  );
}
