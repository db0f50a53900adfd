import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Widget, WidgetRequest } from "@/api/types";
import { strings } from "@/strings";

const words = strings.widgets;
const widgetsKey = ["widgets"];

/** All widgets of the org, the oldest first. */
export const widgetsQuery = queryOptions({
  queryKey: [...widgetsKey, "list"],
  queryFn: ({ signal }) => answer(api.POST("/widgets.list", { body: {}, signal })),
  select: ({ widgets }) => widgets,
});

/** Creates a widget, or changes the one that is given. */
export function saveWidget(widget: Widget | undefined, request: WidgetRequest): Promise<{ widget: Widget }> {
  if (!widget) return answer(api.POST("/widgets.create", { body: request }));
  return answer(api.POST("/widgets.update", { body: { id: widget.id, ...request } }));
}

export function turnWidget(id: string, is_enabled: boolean): Promise<unknown> {
  return answer(api.POST("/widgets.update", { body: { id, is_enabled } }));
}

export function deleteWidget(id: string): Promise<unknown> {
  return answer(api.POST("/widgets.delete", { body: { id } }));
}

export function refreshWidgets(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: widgetsKey });
}

/** The lines that say something. */
export function originsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

const local = /^(localhost|.*\.localhost|127(\.\d+){3})$/;

/** What is wrong with the list of origins, or nothing. The server has the last word. */
export function originsProblem(list: string[]): string | undefined {
  if (list.includes("*") && list.length > 1) return words.originAlone;
  return list.map(originProblem).find((problem) => problem !== undefined);
}

function originProblem(text: string): string | undefined {
  if (text === "*") return undefined;
  const [, scheme, host] = /^(https?):\/\/((?:\*\.)?[^\s/?#@:*]+)(?::\d{1,5})?\/?$/i.exec(text) ?? [];
  if (!scheme || !host) return words.originNone(text);
  return scheme.toLowerCase() === "http" && !local.test(host.toLowerCase()) ? words.originPlain(text) : undefined;
}

/** What a page needs to show the widget. */
export function snippetOf(appId: string, kith = location.origin): string {
  return `<script src="${kith}/widget.js" data-app-id="${appId}" async></script>`;
}

/** How a page starts the widget for somebody whom its server knows. */
export function identifySnippetOf(appId: string, kith = location.origin): string {
  return `// On your server, for the person who is signed in:
const answer = await fetch("${kith}/auth-tokens.create", {
  method: "POST",
  headers: { Authorization: process.env.KITH_APPLICATION_TOKEN, "Content-Type": "application/json" },
  body: JSON.stringify({
    rev_info: { user_ref: user.id, user_traits: { display_name: user.name, email: user.email } },
  }),
});
const { access_token: session_token } = await answer.json();

// In the page, after <script src="${kith}/widget.js"></script>:
plugSDK.init({ app_id: "${appId}", session_token });
// and when the person signs out:
await plugSDK.shutdown();`;
}
