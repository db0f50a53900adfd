/** Colours as #rrggbb, and whether what is written in them can be read (WCAG 2, 1.4.3). */

const readable = 4.5;

/** The colour in its long form, or nothing when the text is none. */
export function hexColor(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (!digits) return undefined;
  return `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}`;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex).map((n) => {
    const c = n / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** What is written on the colour: what the page wishes if it can be read, else white or black. */
export function textOn(color: string, wish?: string): string {
  if (wish && contrast(color, wish) >= readable) return wish;
  return contrast(color, "#ffffff") >= readable ? "#ffffff" : "#000000";
}

/** The colour for text on a surface: itself, or as much darker or lighter as it takes to be read. */
export function inkOn(surface: string, color: string): string {
  const goal = luminance(surface) > 0.5 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = channels(color).map((n) => Math.round(n + (goal - n) * share));
    const hex = `#${mixed.map((n) => n.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(surface, hex) >= readable) return hex;
  }
  return goal ? "#ffffff" : "#000000";
}
