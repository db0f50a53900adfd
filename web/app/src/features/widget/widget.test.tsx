import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Widget } from "@/api/types";
import { identifySnippetOf, originsOf, originsProblem, snippetOf } from "@/features/widget/widget";
import { openApp } from "@/testing/app";
import { type Call, created, ok, serve, signedIn } from "@/testing/server";

const shop: Widget = {
  ...{ id: "don:identity:kith:devo/1:widget/1", display_id: "WIDGET-1", name: "Shop", app_id: "app-1" },
  ...{ is_enabled: true, allow_anonymous: true, allow_claimed_identity: false },
  ...{ created_date: "2026-01-01T00:00:00Z", modified_date: "2026-01-01T00:00:00Z" },
  allowed_origins: ["https://shop.example"],
  appearance: {
    ...{ accent_color: "#aa3300", theme: "dark", alignment: "left", launcher: true },
    ...{ spacing: { bottom: "20px", side: "24px" }, greeting: "Hello", welcome_text: "Ask away", team_name: "Care" },
  },
} as Widget;

const asked = (calls: Call[], name: string) => calls.filter((call) => call.name === name).map(({ body }) => body);

/** The page over widgets that change as they would on a server. */
function open(widgets: Widget[]) {
  let all = widgets;
  const served = serve({
    ...signedIn,
    "widgets.list": () => ok({ widgets: all }),
    "widgets.create": (body) => {
      all = [...all, { ...shop, ...body, id: "don:widget/2", display_id: "WIDGET-2", app_id: "app-2" } as Widget];
      return created({ widget: all.at(-1) });
    },
    "widgets.update": (body) => {
      all = all.map((widget) => (widget.id === body.id ? ({ ...widget, ...body } as Widget) : widget));
      return ok({ widget: all[0] });
    },
    "widgets.delete": (body) => {
      all = all.filter(({ id }) => id !== body.id);
      return ok();
    },
  });
  return { ...served, ...openApp("/settings/widget") };
}

describe("origins", () => {
  it("are the words of a text", () => {
    expect(originsOf(" https://a.example\n\nhttps://b.example  https://c.example\n")).toEqual([
      "https://a.example",
      "https://b.example",
      "https://c.example",
    ]);
  });
  it.each([
    [[], undefined],
    [["*"], undefined],
    [["https://a.example", "https://*.a.example:8443/", "http://localhost:3000", "http://127.0.0.1"], undefined],
    [["*", "https://a.example"], /remove it, or the other lines/],
    [["a.example"], /“a.example” is not an origin/],
    [["https://a.example/shop"], /is not an origin/],
    [["https://me@a.example"], /is not an origin/],
    [["javascript://a.example"], /is not an origin/],
    [["https://ok.example", "http://a.example"], /“http:\/\/a.example” has to begin with https/],
  ])("%j", (list, want) => {
    const problem = originsProblem(list as string[]);
    if (want === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(want as RegExp);
  });
});

it("has snippets that name the app", () => {
  expect(snippetOf("app-1", "https://kith.example")).toBe(
    '<script src="https://kith.example/widget.js" data-app-id="app-1" async></script>',
  );
  const identify = identifySnippetOf("app-1", "https://kith.example");
  expect(identify).toContain("https://kith.example/auth-tokens.create");
  expect(identify).toContain('plugSDK.init({ app_id: "app-1", session_token })');
});

describe("the settings of widgets", () => {
  it("say what there is to do while there is none, and create one that shows as it is typed", async () => {
    const { user, calls } = open([]);
    await screen.findByText("No widget yet");
    await user.click(screen.getByRole("button", { name: "New widget" }));
    await user.click(screen.getByRole("button", { name: "Save widget" }));
    await screen.findByText("Give it a name, such as Website");
    expect(asked(calls, "widgets.create")).toEqual([]);

    await user.type(screen.getByLabelText("Name"), "Site");
    const pages = screen.getByLabelText("Pages that may show it");
    await user.type(pages, "*");
    screen.getByText(/lets every page of the web show it/);
    await user.clear(pages);
    await user.type(pages, "http://shop.example");
    await user.click(screen.getByRole("button", { name: "Save widget" }));
    await screen.findByText(/has to begin with https/);
    await user.clear(pages);
    await user.type(pages, "https://shop.example");

    const preview = screen.getByRole("region", { name: "Preview" });
    await user.clear(screen.getByLabelText("Headline"));
    await user.type(screen.getByLabelText("Headline"), "Good day");
    await user.type(screen.getByLabelText("Team name"), "Desk");
    await user.selectOptions(screen.getByLabelText("Theme"), "dark");
    within(preview).getByText("Good day");
    within(preview).getByText("Desk");
    expect(within(preview).getByTestId("preview").className).toContain("#17191e");

    await user.click(screen.getByRole("checkbox", { name: /^Strangers may write/ }));
    await user.click(screen.getByRole("button", { name: "Save widget" }));
    await screen.findByRole("heading", { name: "Site" });
    expect(asked(calls, "widgets.create")).toEqual([
      {
        ...{ name: "Site", allowed_origins: ["https://shop.example"] },
        ...{ allow_anonymous: false, allow_claimed_identity: true },
        appearance: {
          ...{ accent_color: "#007469", theme: "dark", alignment: "right", launcher: true },
          ...{ spacing: { bottom: "20px", side: "20px" }, team_name: "Desk", greeting: "Good day" },
          welcome_text: "Ask us anything. We usually answer soon.",
        },
      },
    ]);
  });

  it("keep what was typed when the server refuses an origin", async () => {
    serve({
      ...signedIn,
      "widgets.list": () => ok({ widgets: [shop] }),
      "widgets.update": () => ({
        status: 400,
        body: {
          type: "value_not_permitted",
          message: "is the address of Kith itself",
          field_name: "allowed_origins[0]",
        },
      }),
    });
    const { user } = openApp("/settings/widget");
    await user.click(await screen.findByRole("button", { name: "Edit Shop" }));
    await user.type(screen.getByLabelText("Pages that may show it"), "\nhttps://two.example");
    await user.click(screen.getByRole("button", { name: "Save widget" }));
    await screen.findByText(/address of Kith itself/);
    expect(screen.getByLabelText<HTMLTextAreaElement>("Pages that may show it").value).toBe(
      "https://shop.example\nhttps://two.example",
    );
  });

  it("change, turn off, turn on and delete a widget", async () => {
    const { user, calls } = open([shop]);
    const list = await screen.findByRole("list", { name: "Widgets" });
    within(list).getByText("https://shop.example");
    within(list).getByText(snippetOf("app-1"));

    await user.click(screen.getByRole("button", { name: "Edit Shop" }));
    const name = screen.getByLabelText<HTMLInputElement>("Name");
    expect([name.value, screen.getByLabelText<HTMLSelectElement>("Side").value]).toEqual(["Shop", "left"]);
    await user.clear(screen.getByLabelText("Pages that may show it"));
    await user.click(screen.getByRole("button", { name: "Save widget" }));
    await screen.findByText("No page may show it yet. Edit it and add the origin of your site.");
    expect(asked(calls, "widgets.update")).toMatchObject([
      { id: shop.id, name: "Shop", allowed_origins: [], allow_claimed_identity: false, appearance: shop.appearance },
    ]);

    await user.click(screen.getByRole("button", { name: "Turn off Shop" }));
    await user.click(await screen.findByRole("button", { name: "Turn on Shop" }));
    await screen.findByRole("button", { name: "Turn off Shop" });
    expect(asked(calls, "widgets.update").slice(1)).toEqual([
      { id: shop.id, is_enabled: false },
      { id: shop.id, is_enabled: true },
    ]);

    await user.click(screen.getByRole("button", { name: "Delete Shop" }));
    expect(asked(calls, "widgets.delete")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Delete widget" }));
    await screen.findByText("No widget yet");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(asked(calls, "widgets.delete")).toEqual([{ id: shop.id }]);
  });
});
