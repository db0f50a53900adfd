import { useState } from "react";

/** Light or dark whatever the system says, or as the system says. */
export type Theme = "system" | "light" | "dark";

const storageKey = "kith.theme";

/** What was chosen in this browser. */
export function savedTheme(): Theme {
  try {
    const saved = localStorage.getItem(storageKey);
    return saved === "light" || saved === "dark" ? saved : "system";
  } catch {
    return "system"; // the browser keeps nothing for this site
  }
}

/** Shows the page in the theme: styles.css goes by the attribute, and by the system without it. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.media = barMedia(meta.dataset.of ?? "", theme);
  }
}

/** When the browser's own bar takes a theme's colour: each has a tag in index.html. */
function barMedia(of: string, theme: Theme): string {
  if (theme === "system") return `(prefers-color-scheme: ${of})`;
  return of === theme ? "all" : "not all";
}

function saveTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // It holds until the page is closed.
  }
}

/** The theme, and a way to choose another that also stays after a reload. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(savedTheme);
  const choose = (next: Theme) => {
    setTheme(next);
    saveTheme(next);
    applyTheme(next);
  };
  return [theme, choose];
}
