import { SettingsPage, SettingsSection } from "@/components/settings-page";
import { Avatar } from "@/components/ui/avatar";
import { BrowserSwitch } from "@/features/notification/browser-switch";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.profile;

/** Who is signed in, and what that member wants of this browser. */
export function ProfilePage() {
  const user = useSession()?.user;
  if (!user) return null; // signed out: the redirect is on its way
  return (
    <SettingsPage title={words.title} text={words.text}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <SettingsSection title={words.you} text={words.youText}>
          <div className="flex items-center gap-3 rounded-xl border border-line bg-surface px-4 py-3 shadow-panel">
            <Avatar name={user.display_name} seed={user.id} className="size-9" />
            <div className="min-w-0">
              <p className="truncate font-medium">{user.display_name}</p>
              <p className="truncate text-[0.8125rem] text-ink-3">
                {user.email} · {user.display_id}
              </p>
            </div>
          </div>
        </SettingsSection>
        <SettingsSection title={words.notifications} text={words.notificationsText}>
          <div className="rounded-xl border border-line bg-surface px-4 py-3.5 shadow-panel">
            <BrowserSwitch />
          </div>
        </SettingsSection>
      </div>
    </SettingsPage>
  );
}
