import { Link } from "@tanstack/react-router";
import { ChevronsUpDown, Keyboard, LogOut, Menu as MenuIcon } from "lucide-react";
import type { ReactNode } from "react";
import { BrandMark } from "@/components/brand";
import { type Place, places, settingsPlaces } from "@/components/places";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { strings } from "@/strings";

type Person = { id: string; name: string; email: string | undefined };

type AppShellProps = {
  orgName: string;
  person: Person;
  onSignOut: () => void;
  onShowShortcuts: () => void;
  /** What tells of news: in the bar of wide screens, and in that of phones. */
  bell: ReactNode;
  phoneBell: ReactNode;
  /** What waits at a place: a short text, and what it means. */
  waiting: { [Path in Place["to"]]?: { text: string; meaning: string } | undefined };
  children: ReactNode;
};

/** The frame of the app: navigation at the left, or in a bar on phones, and the page. */
export function AppShell(props: AppShellProps) {
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-lg bg-raised px-3 py-2 font-medium focus:translate-y-0 focus:shadow-pop"
      >
        Skip to content
      </a>
      <Sidebar {...props} />
      <TopBar {...props} />
      <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
        {props.children}
      </main>
    </div>
  );
}

function Sidebar({ orgName, person, bell, waiting, ...actions }: AppShellProps) {
  return (
    <aside className="hidden w-52 shrink-0 flex-col border-line border-r bg-sunken p-2.5 md:flex">
      <div className="flex items-center gap-2.5 py-1 pr-1 pl-2">
        <BrandMark className="size-6" />
        <span className="min-w-0 flex-1 truncate font-semibold" title={orgName}>
          {orgName}
        </span>
        {bell}
      </div>
      <nav aria-label={strings.nav.main} className="mt-4 -mr-2.5 min-h-0 flex-1 overflow-y-auto pr-2.5">
        <PlaceLinks places={places} waiting={waiting} />
        <p className="px-2 pt-4 pb-1 font-medium text-ink-3 text-xs">{strings.nav.settings}</p>
        <PlaceLinks places={settingsPlaces} waiting={waiting} />
      </nav>
      <div className="pt-2">
        <Menu
          align="start"
          side="top"
          trigger={
            <button
              type="button"
              className="flex w-full items-center gap-2.5 rounded-lg p-2 text-left hover:bg-hover data-[state=open]:bg-hover"
            >
              <Avatar name={person.name} seed={person.id} className="size-7" />
              <span className="sr-only">Account menu</span>
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{person.name}</span>
                <span className="block truncate text-ink-3 text-xs">{person.email}</span>
              </span>
              <ChevronsUpDown aria-hidden className="size-4 text-ink-3" />
            </button>
          }
        >
          <AccountItems {...actions} />
        </Menu>
      </div>
    </aside>
  );
}

function PlaceLinks({ places, waiting }: { places: Place[] } & Pick<AppShellProps, "waiting">) {
  return (
    <div className="grid gap-0.5">
      {places.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className="flex h-8 items-center gap-2.5 rounded-lg px-2 font-medium text-ink-2 outline-offset-[-2px] hover:bg-hover hover:text-ink aria-[current=page]:bg-selected aria-[current=page]:text-ink [&_svg]:size-4 [&_svg]:text-ink-3 aria-[current=page]:[&_svg]:text-brand"
        >
          <Icon aria-hidden />
          <span className="min-w-0 flex-1 truncate">{label}</span>
          <Waiting {...waiting[to]} />
        </Link>
      ))}
    </div>
  );
}

function Waiting({ text, meaning }: { text?: string; meaning?: string }) {
  if (!text) return null;
  return (
    <span title={meaning} className="rounded-full bg-brand-soft px-1.5 font-semibold text-brand text-xs tabular-nums">
      <span aria-hidden>{text}</span>
      <span className="sr-only">{meaning}</span>
    </span>
  );
}

function TopBar({ orgName, person, phoneBell, waiting, ...actions }: AppShellProps) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-2.5 border-line border-b bg-sunken pr-2 pl-4 md:hidden">
      <BrandMark className="size-6" />
      <span className="min-w-0 flex-1 truncate font-semibold">{orgName}</span>
      {phoneBell}
      <Menu
        trigger={
          <Button variant="ghost" size="icon" className="size-10 [&_svg]:size-5" aria-label="Menu">
            <MenuIcon aria-hidden />
          </Button>
        }
      >
        <MenuLabel>
          <span className="block font-medium">{person.name}</span>
          <span className="block text-ink-3 text-xs">{person.email}</span>
        </MenuLabel>
        <MenuSeparator />
        {[...places, ...settingsPlaces].map(({ to, label, icon: Icon }) => (
          <MenuItem key={to} asChild className="min-h-10">
            <Link to={to}>
              <Icon aria-hidden />
              <span className="flex-1">{label}</span>
              <Waiting {...waiting[to]} />
            </Link>
          </MenuItem>
        ))}
        <MenuSeparator />
        <AccountItems {...actions} />
      </Menu>
    </header>
  );
}

function AccountItems({ onShowShortcuts, onSignOut }: Pick<AppShellProps, "onShowShortcuts" | "onSignOut">) {
  return (
    <>
      <MenuItem onSelect={onShowShortcuts} className="max-md:hidden">
        <Keyboard aria-hidden />
        Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={onSignOut} className="max-md:min-h-10">
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </>
  );
}
