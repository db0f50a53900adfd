/** What a page's script and the widget's frame say to each other, over a channel that the page's script opens. */

export type Theme = "light" | "dark" | "system";

export type Traits = {
  display_name?: string;
  full_name?: string;
  email?: string;
  phone_numbers?: string[];
  custom_fields?: Record<string, unknown>;
};

export type Identity = { user_ref?: string; user_traits?: Traits };

export type Start = {
  type: "start";
  session_token?: string;
  identity?: Identity;
  theme?: Theme;
  accent_color?: string;
  primary_text_color?: string;
  page: string;
  dir: string;
  /** The page asked to forget whoever was here, and nobody has confirmed it. */
  fresh: boolean;
};

export type ToFrame =
  | Start
  | { type: "open"; compose?: boolean; text?: string }
  | { type: "closed" }
  | { type: "theme"; theme?: Theme }
  | { type: "identity"; traits: Traits }
  | { type: "page"; page: string }
  | { type: "track"; name: string; payload: Record<string, unknown>; page: string }
  | { type: "shutdown" };

/** What the page's side needs to know of how the widget looks. */
export type Look = {
  accent: string;
  onAccent: string;
  alignment?: "left" | "right";
  bottom?: string;
  side?: string;
  launcher: boolean;
  team: string;
};

export type FromFrame =
  | { type: "ready"; look: Look }
  | { type: "refused"; reason: string }
  | { type: "unread"; count: number }
  | { type: "began"; conversation_id: string }
  | { type: "close" }
  | { type: "ended" };

/** The one message that goes from window to window: it carries the channel's port. */
export const connect = "kith:connect";
