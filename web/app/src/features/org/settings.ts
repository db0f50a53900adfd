import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { OrgSettings, OrgSettingsChange } from "@/api/types";

const settingsKey = ["settings", "org"];

/** The org's settings: the rules of identity and the time zone. */
export const settingsQuery = queryOptions({
  queryKey: settingsKey,
  queryFn: async ({ signal }) => (await answer(api.POST("/dev-orgs.settings.get", { body: {}, signal }))).settings,
});

/** Changes some of the settings and returns all of them. */
export async function updateSettings(change: OrgSettingsChange): Promise<OrgSettings> {
  return (await answer(api.POST("/dev-orgs.settings.update", { body: change }))).settings;
}

/** Keeps what the server answered to a change. */
export function keepSettings(client: QueryClient, settings: OrgSettings): void {
  client.setQueryData(settingsQuery.queryKey, settings);
}
