import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

const pollMillis = 15_000;

/**
 * Reads what is shown of a record, or of all of a type, again when it may have changed: every quarter of a minute while
 * the page is in sight, and when it comes into sight. Everything in the app that keeps itself fresh does so by this hook.
 */
export function useLive(object: string | undefined, ...keys: QueryKey[]): void {
  const client = useQueryClient();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!object) return;
    const refresh = () => {
      if (document.hidden) return;
      for (const queryKey of latest.current) void client.invalidateQueries({ queryKey });
    };
    const timer = setInterval(refresh, pollMillis);
    document.addEventListener("visibilitychange", refresh);
    window.addEventListener("focus", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
      window.removeEventListener("focus", refresh);
    };
  }, [client, object]);
}
