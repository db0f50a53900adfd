import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { messageOf } from "@/api/client";
import { CopyButton } from "@/components/copy-button";
import { QueryState } from "@/components/query-state";
import { listStyle, SettingsPage, SettingsSection } from "@/components/settings-page";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Combobox, type Option } from "@/components/ui/combobox";
import { RadioGroup } from "@/components/ui/radio-group";
import { keepSettings, settingsQuery, updateSettings } from "@/features/org/settings";
import { useSession } from "@/features/session/use-session";
import { useTheme } from "@/lib/theme";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.org;

/** What the organisation is called and goes by, and how the app looks. */
export function OrgPage() {
  return (
    <SettingsPage title={words.title} text={words.text}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <About />
        <TimeZone />
        <Appearance />
      </div>
    </SettingsPage>
  );
}

function About() {
  const org = useSession()?.org;
  if (!org) return null; // signed out: the redirect is on its way
  return (
    <SettingsSection title={words.about} text={words.nameText}>
      <dl className={listStyle}>
        <Fact label={words.name} value={org.display_name} />
        <Fact label={words.slug} value={org.dev_slug} isCode />
        <Fact label={words.id} value={org.id} isCode />
      </dl>
    </SettingsSection>
  );
}

function Fact({ label, value, isCode = false }: { label: string; value: string; isCode?: boolean }) {
  return (
    <div className="flex min-h-11 items-center gap-4 py-1.5 pr-2 pl-4">
      <dt className="w-28 shrink-0 text-ink-2">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center justify-between gap-2">
        <span className={isCode ? "min-w-0 break-all font-mono text-[0.8125rem]" : "min-w-0 break-words font-medium"}>
          {value}
        </span>
        {isCode && <CopyButton text={value} label={words.copy(label)} />}
      </dd>
    </div>
  );
}

function TimeZone() {
  const client = useQueryClient();
  const settings = useQuery(settingsQuery);
  const change = useMutation({
    mutationFn: (zone: string) => updateSettings({ time_zone: zone }),
    onSuccess: (next) => {
      keepSettings(client, next);
      toast({ tone: "success", title: words.saved(shownZone(next.time_zone)) });
    },
  });
  return (
    <SettingsSection title={words.time} text={words.timeText}>
      {change.error && <Alert>{messageOf(change.error)}</Alert>}
      <QueryState query={settings} loading={words.loading} bars={1}>
        {({ time_zone }) => (
          <Combobox
            label={words.search}
            source="time-zones"
            load={async (text) => zonesLike(text)}
            chosen={[time_zone]}
            onChoose={({ value }) => change.mutate(value)}
            trigger={
              <Button pending={change.isPending} className="w-full justify-between sm:w-72">
                <span>
                  <span className="sr-only">{words.time}: </span>
                  {shownZone(time_zone)}
                </span>
                <ChevronsUpDown aria-hidden className="text-ink-3" />
              </Button>
            }
          />
        )}
      </QueryState>
    </SettingsSection>
  );
}

const utc = "UTC";

function shownZone(zone: string): string {
  return zone === "" ? utc : zone.replaceAll("_", " ");
}

/** The zones that the browser knows, by a part of their name. */
function zonesLike(text: string): Option[] {
  const wanted = text.toLowerCase();
  const named = Intl.supportedValuesOf("timeZone").filter((zone) => zone !== utc);
  return ["", ...named]
    .map((value) => ({ value, label: shownZone(value) }))
    .filter(({ label }) => label.toLowerCase().includes(wanted))
    .slice(0, 100);
}

function Appearance() {
  const [theme, setTheme] = useTheme();
  const choices = (["system", "light", "dark"] as const).map((value) => ({
    value,
    label: words.themes[value],
    hint: words.themeHints[value],
  }));
  return (
    <SettingsSection title={words.theme} text={words.themeText}>
      <RadioGroup label={words.theme} name="theme" choices={choices} value={theme} onChange={setTheme} />
    </SettingsSection>
  );
}
