import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { TrackedEvent, Usage } from "@/features/usage/usage";
import { openApp } from "@/testing/app";
import { contact } from "@/testing/duplicates";
import { ok, serve, signedIn } from "@/testing/server";

const grace = contact(1, "Grace Hopper");
const days = Array.from({ length: 30 }, (_, at) => ({
  date: new Date(Date.UTC(2026, 9, 30 + at)).toISOString().slice(0, 10),
  count: at === 29 ? 4 : at === 3 ? 2 : 0,
}));
const usage: Usage = {
  total: 1902,
  first_seen: "2026-05-01T00:00:00.000Z",
  last_seen: "2026-11-28T09:00:00.000Z",
  days,
  names: [
    { name: "exported", count: 4, last_seen: "2026-11-28T09:00:00.000Z" },
    { name: "opened", count: 2, last_seen: "2026-11-02T09:00:00.000Z" },
  ],
  more: false,
};
const event = (name: string): TrackedEvent => ({
  name,
  payload: { format: "csv" },
  event_time: "2026-11-28T09:00:00.000Z",
  client_context: { locale: "de" },
  rev_user: { type: "rev_user", id: grace.id, display_id: grace.display_id, display_name: "Grace Hopper" },
});
const handlers = { ...signedIn, "rev-users.get": () => ok({ rev_user: grace }) };

describe("the usage of a contact", () => {
  it("is summed up, and each event tells what came with it", async () => {
    const { calls } = serve({
      ...handlers,
      "track-events.summary": () => ok(usage),
      "track-events.list": ({ name, cursor }) =>
        ok(
          name
            ? { events_list: [event("opened")] }
            : cursor
              ? { events_list: [event("opened")] }
              : { events_list: [event("exported")], next_cursor: "c" },
        ),
    });
    const { user } = openApp("/contacts/REVU-1?tab=usage");
    expect(await screen.findByRole("img", { name: "6 events in the last 30 days" })).toBeDefined();
    expect(screen.getByText("1,902")).toBeDefined();
    const rows = within(screen.getByRole("table", { name: "Events per day, in UTC" })).getAllByRole("row");
    expect(rows.slice(1).map((row) => row.textContent)).toEqual(["Nov 22", "Nov 284"]);
    const list = await screen.findByRole("list", { name: "Events" });
    await user.click(within(list).getByText("exported"));
    expect(within(list).getByText(/"format": "csv"/)).toBeDefined();
    expect(within(list).getByText(/"locale": "de"/)).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Load more" }));
    await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(2));
    await user.selectOptions(screen.getByRole("combobox", { name: "Show events" }), "opened");
    await waitFor(() =>
      expect(calls.findLast(({ name }) => name === "track-events.list")?.body).toEqual({
        rev_user: grace.id,
        limit: 50,
        name: ["opened"],
      }),
    );
  });

  it("shows how to send events while there are none", async () => {
    serve({
      ...handlers,
      "track-events.summary": () =>
        ok({ total: 0, days: days.map((day) => ({ ...day, count: 0 })), names: [], more: false }),
    });
    openApp("/contacts/REVU-1?tab=usage");
    expect(await screen.findByText("No events yet")).toBeDefined();
    expect(screen.getByText(/plugSDK\.trackEvent/)).toBeDefined();
    expect(screen.getByText(/"rev_user": "REVU-1"/)).toBeDefined();
  });
});
