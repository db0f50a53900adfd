import { hexColor } from "../color";
import type { Identity, Theme, Traits } from "../protocol";

/** What `init` was asked for, as far as it makes sense. */
export type Options = {
  app_id: string;
  session_token?: string;
  identity?: Identity;
  disable_plug_chat_window: boolean;
  enable_default_launcher?: boolean;
  custom_launcher_selector?: string;
  theme?: Theme;
  widget_alignment?: "left" | "right";
  spacing: { bottom?: string; side?: string };
  accent_color?: string;
  primary_text_color?: string;
  session_id: string;
  tab_id: string;
};

const length = /^(0|\d{1,4}(\.\d{1,2})?(px|rem|em|vh|vw|%))$/;

/**
 * Reads options from code or from data attributes. One that makes no sense is left out and told of; only without
 * app_id there is nothing to start.
 */
export function readOptions(given: unknown, warn: (text: string) => void): Options | undefined {
  const from = isObject(given) ? given : {};
  const text = (name: string) => {
    const value = from[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    warn(`${name} has to be a string`);
    return undefined;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]) => {
    const value = text(name);
    const known = allowed.find((each) => each === value);
    if (value !== undefined && known === undefined) warn(`${name} is "${value}"; it can be ${allowed.join(", ")}`);
    return known;
  };
  const color = (name: string) => {
    const value = text(name);
    const hex = hexColor(value);
    if (value !== undefined && !hex) warn(`${name} is "${value}"; give a colour such as #007469`);
    return hex;
  };
  const app_id = text("app_id");
  if (!app_id) {
    warn("init needs app_id; copy it from Settings, Widget");
    return undefined;
  }
  const selector = text("custom_launcher_selector");
  return defined({
    app_id,
    session_token: text("session_token"),
    identity: identityOf(from.identity),
    disable_plug_chat_window: isTrue(from.disable_plug_chat_window) ?? false,
    enable_default_launcher: isTrue(from.enable_default_launcher),
    custom_launcher_selector: selector && isSelector(selector, warn) ? selector : undefined,
    theme: oneOf("theme", ["light", "dark", "system"]),
    widget_alignment: oneOf("widget_alignment", ["left", "right"]),
    spacing: spacingOf(from.spacing, warn),
    accent_color: color("accent_color") ?? color("primary_color"),
    primary_text_color: color("primary_text_color"),
    session_id: text("session_id") ?? crypto.getRandomValues(new Uint32Array(4)).join("-"),
    tab_id: text("tab_id") ?? crypto.getRandomValues(new Uint32Array(4)).join("-"),
  }) as Options;
}

/** The options in the attributes of the script's element: data-app-id is app_id. */
export function optionsOf(data: DOMStringMap): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    out[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  }
  const spacing = { bottom: out.spacing_bottom, side: out.spacing_side };
  return { ...out, spacing };
}

/** The traits as plain data, for what crosses a channel has to be. */
export function traitsOf(given: unknown): Traits | undefined {
  if (!isObject(given)) return undefined;
  const { display_name, full_name, email, phone_numbers, custom_fields } = given;
  return plain({ display_name, full_name, email, phone_numbers, custom_fields });
}

function identityOf(given: unknown): Identity | undefined {
  if (!isObject(given)) return undefined;
  const user_traits = traitsOf(given.user_traits);
  const user_ref = typeof given.user_ref === "string" ? given.user_ref : undefined;
  return defined({ user_ref, user_traits }) as Identity;
}

function spacingOf(given: unknown, warn: (text: string) => void): Options["spacing"] {
  const out: Options["spacing"] = {};
  if (!isObject(given)) return out;
  for (const name of ["bottom", "side"] as const) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value === "string" && length.test(value)) out[name] = value === "0" ? "0px" : value;
    else warn(`spacing.${name} is "${value}"; give a length such as 20px`);
  }
  return out;
}

function isSelector(text: string, warn: (text: string) => void): boolean {
  try {
    document.createDocumentFragment().querySelector(text);
    return true;
  } catch {
    warn(`custom_launcher_selector is "${text}", which is no CSS selector`);
    return false;
  }
}

function isTrue(given: unknown): boolean | undefined {
  return given === undefined ? undefined : given === true || given === "true" || given === "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}

function plain(value: unknown): Traits | undefined {
  try {
    return JSON.parse(JSON.stringify(value)) as Traits; // the server checks what they are
  } catch {
    return undefined;
  }
}
