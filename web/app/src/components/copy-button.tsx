import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";

type CopyButtonProps = {
  text: string;
  label: string;
  /** Without words on phones, where every letter of what is copied counts. */
  compact?: boolean;
};

/** Copies the text and says so for two seconds, in words too. */
export function CopyButton({ text, label, compact = false }: CopyButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => setState((await copyText(text)) ? "copied" : "failed");
  const Icon = state === "copied" ? Check : Copy;
  return (
    <Button size="sm" onClick={copy} aria-label={label}>
      <Icon aria-hidden />
      <span aria-live="polite" className={compact ? "max-sm:sr-only" : undefined}>
        {{ idle: "Copy", copied: "Copied", failed: "Select and copy by hand" }[state]}
      </span>
    </Button>
  );
}

/**
 * The clipboard of browsers exists on HTTPS and on localhost only; a Kith on
 * plain HTTP in the office network falls back on the old command.
 */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "fixed top-0 opacity-0";
  // Inside an open dialog, or its focus trap takes the selection away.
  const focused = document.activeElement;
  (focused?.parentElement ?? document.body).append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
