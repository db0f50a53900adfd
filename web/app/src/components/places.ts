import type { LinkProps } from "@tanstack/react-router";
import {
  Bell,
  Blocks,
  Building2,
  CircleUserRound,
  Copy,
  FileUp,
  Fingerprint,
  HandCoins,
  House,
  Inbox,
  KeyRound,
  type LucideIcon,
  MessageCircle,
  MessageSquareQuote,
  Settings2,
  Split,
  SquareStack,
  Tags,
  Ticket,
  UserRoundCog,
  UsersRound,
} from "lucide-react";
import { strings } from "@/strings";

export type Place = {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: LucideIcon;
  /** The second key of the shortcut that begins with "g". */
  key: string;
};

const { nav } = strings;

/** Where the navigation, the shortcuts and the command palette lead. */
export const places: Place[] = [
  { to: "/home", label: nav.home, icon: House, key: "h" },
  { to: "/contacts", label: nav.contacts, icon: UsersRound, key: "c" },
  { to: "/accounts", label: nav.accounts, icon: Building2, key: "a" },
  { to: "/workspaces", label: nav.workspaces, icon: SquareStack, key: "w" },
  { to: "/conversations", label: nav.conversations, icon: Inbox, key: "v" },
  { to: "/tickets", label: nav.tickets, icon: Ticket, key: "k" },
  { to: "/opportunities", label: nav.opportunities, icon: HandCoins, key: "y" },
  { to: "/duplicates", label: nav.duplicates, icon: Copy, key: "d" },
  { to: "/imports", label: nav.imports, icon: FileUp, key: "i" },
];

/** What the navigation has another way to. */
export const quietPlaces: Place[] = [{ to: "/notifications", label: nav.notifications, icon: Bell, key: "n" }];

export const settingsPlaces: Place[] = [
  { to: "/settings/profile", label: nav.profile, icon: CircleUserRound, key: "p" },
  { to: "/settings/customization", label: nav.customization, icon: Blocks, key: "o" },
  { to: "/settings/tags", label: nav.tags, icon: Tags, key: "l" },
  { to: "/settings/replies", label: nav.canned, icon: MessageSquareQuote, key: "e" },
  { to: "/settings/members", label: nav.members, icon: UserRoundCog, key: "m" },
  { to: "/settings/assignment", label: nav.assignment, icon: Split, key: "j" },
  { to: "/settings/widget", label: nav.widget, icon: MessageCircle, key: "b" },
  { to: "/settings/tokens", label: nav.tokens, icon: KeyRound, key: "t" },
  { to: "/settings/identity", label: nav.identity, icon: Fingerprint, key: "r" },
  { to: "/settings/organisation", label: nav.org, icon: Settings2, key: "s" },
];
