import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { messageOf } from "@/api/client";
import { AppShell } from "@/components/app-shell";
import { places, quietPlaces, settingsPlaces } from "@/components/places";
import { ShortcutsDialog } from "@/components/shortcuts-dialog";
import { Toaster } from "@/components/toaster";
import { Alert } from "@/components/ui/alert";
import { ImportWatcher } from "@/features/import/import-watcher";
import { waitingQuery } from "@/features/inbox/waiting";
import { UndoReportDialog } from "@/features/merge/undo-report-dialog";
import { countText } from "@/features/notification/notification";
import { NotificationBell } from "@/features/notification/notification-bell";
import { NotificationWatcher } from "@/features/notification/notification-watcher";
import { CommandPalette } from "@/features/palette/command-palette";
import { requireSession } from "@/features/session/session";
import { SignInAgain } from "@/features/session/sign-in-again";
import { useSession, useSignOut } from "@/features/session/use-session";
import { useHotkeys } from "@/lib/use-hotkeys";
import { startLive, useLiveCount } from "@/lib/use-live";
import { strings } from "@/strings";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    await requireSession(context.client, location.href);
  },
  component: App,
});

function App() {
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const [showsShortcuts, setShowsShortcuts] = useState(false);
  useHotkeys({
    ...Object.fromEntries(
      [...places, ...quietPlaces, ...settingsPlaces].map(({ key, to }) => [`g ${key}`, () => void navigate({ to })]),
    ),
    "?": () => setShowsShortcuts(true),
  });
  const follows = session?.user.id;
  useEffect(() => (follows ? startLive(follows) : undefined), [follows]);
  const waiting = useQuery({ ...waitingQuery, enabled: Boolean(session) }).data;
  useLiveCount("conversation", waitingQuery.queryKey);
  if (!session) return null; // signed out: the redirect is on its way
  const { user, org } = session;
  return (
    <AppShell
      orgName={org.display_name}
      person={{ id: user.id, name: user.display_name, email: user.email }}
      onSignOut={() => signOut.mutate()}
      onShowShortcuts={() => setShowsShortcuts(true)}
      waiting={{
        "/conversations": waiting?.count
          ? { text: countText(waiting), meaning: strings.inbox.waiting(countText(waiting)) }
          : undefined,
      }}
      bell={<NotificationBell opens="panel" />}
      phoneBell={<NotificationBell opens="page" />}
    >
      <Outlet />
      {signOut.isError && (
        <Alert className="fixed inset-x-4 bottom-4 z-30 mx-auto max-w-md shadow-pop">
          You are still signed in. {messageOf(signOut.error)}
        </Alert>
      )}
      <CommandPalette onShowShortcuts={() => setShowsShortcuts(true)} />
      <SignInAgain session={session} />
      <Toaster />
      <UndoReportDialog />
      <ImportWatcher />
      <NotificationWatcher member={user.id} />
      <ShortcutsDialog open={showsShortcuts} onOpenChange={setShowsShortcuts} />
    </AppShell>
  );
}
