import { vi } from "vitest";
import type { paths } from "@/api/schema.gen";

type OperationName = keyof paths extends infer Path ? (Path extends `/${infer Name}` ? Name : never) : never;
type RequestOf<Name extends OperationName> = paths[`/${Name}`] extends {
  post: { requestBody: { content: { "application/json": infer Body } | { "multipart/form-data": infer Body } } };
}
  ? Body
  : never;

// biome-ignore lint/suspicious/noConfusingVoidType: a handler may answer with nothing but its status
type Answer = { status: number; body?: unknown } | void;
type Handlers = { [Name in OperationName]?: (request: RequestOf<Name>) => Answer | Promise<Answer> };

export type Call = { name: string; body: unknown; request: Request };

/** Stands in for the server. An operation without a handler answers 404, as the real one does. */
export function serve(handlers: Handlers): { calls: Call[] } {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const name = new URL(request.url).pathname.replace("/internal/", "");
    const body: unknown = isUpload(request) ? await readUpload(request) : await request.json();
    calls.push({ name, body, request });
    const handler = handlers[name as OperationName] as ((request: unknown) => Answer | Promise<Answer>) | undefined;
    const answer = handler ? ((await handler(body)) ?? { status: 200 }) : notRouted;
    return new Response(JSON.stringify(answer.body ?? {}), { status: answer.status });
  });
  return { calls };
}

function isUpload(request: Request): boolean {
  return request.headers.get("Content-Type")?.startsWith("multipart/form-data") ?? false;
}

/** The parts of an upload by their names: the file as its text, everything else as the operation takes it. */
async function readUpload(request: Request): Promise<Record<string, unknown>> {
  const parts: Record<string, unknown> = {};
  for (const [name, part] of await request.formData()) {
    if (typeof part !== "string") parts[name] = await part.text();
    else parts[name] = name === "options" ? JSON.parse(part) : part;
  }
  return parts;
}

const notRouted = { status: 404, body: { message: "route not found" } };

export const ok = (body: unknown = {}) => ({ status: 200, body });
export const created = (body: unknown) => ({ status: 201, body });
export const unauthenticated = (message = "Sign in first.") => ({
  status: 401,
  body: { type: "unauthenticated", message },
});

export const ada = {
  id: "don:identity:kith:devo/1:devu/1",
  display_id: "DEVU-1",
  display_name: "Ada Lovelace",
  email: "ada@acme.com",
};
export const acme = { id: "don:identity:kith:devo/1", display_id: "DEV-1", display_name: "Acme" };

const stock = (name: string, more: object = {}) => ({
  name,
  field_type: "text",
  is_filterable: true,
  is_immutable: false,
  is_pii: false,
  is_required: false,
  ...more,
});
const sorted = { ui: { is_sortable: true } };

/** The fields of contacts, some of them the org's own. */
export const contactSchema = {
  leaf_type: "revu",
  conditions: [],
  custom_composite_schemas: [],
  stock_composite_schemas: [],
  stock_field_overrides: [],
  stock_fields: [
    stock("display_name", sorted),
    stock("email", sorted),
    stock("phone_numbers", { field_type: "array", base_type: "text" }),
    stock("external_refs", { field_type: "array", base_type: "text" }),
    stock("associations", { field_type: "array", base_type: "id", ui: { is_groupable: true } }),
    stock("tags", { field_type: "array", base_type: "id", id_type: ["tag"], ui: { is_groupable: true } }),
    stock("owned_by", { field_type: "array", base_type: "id", id_type: ["dev_user"] }),
    stock("created_date", {
      field_type: "timestamp",
      is_immutable: true,
      ui: { is_sortable: true, is_groupable: true },
    }),
  ],
  custom_fields: [
    stock("tnt__plan", {
      field_type: "enum",
      choices: [{ label: "Gold" }, { label: "Tin" }],
      ui: { display_name: "Plan" },
    }),
    stock("tnt__seats", { field_type: "int" }),
  ],
};

/** What an organisation without customers answers. */
export const emptyOrg = {
  "imports.list": () => ok({ imports: [] }),
  "rev-users.count": () => ok({ count: 0, more: false }),
  "rev-users.list": () => ok({ rev_users: [] }),
  "rev-users.query": () => ok({ count: 0, more: false, rev_users: [] }),
  "schemas.aggregated.get": () => ok({ schema: contactSchema }),
  "vistas.list": () => ok({ vistas: [] }),
} satisfies Handlers;

/** The handlers of a server at which Ada is signed in. */
export const signedIn = {
  ...emptyOrg,
  "dev-users.self": () => ok({ dev_user: ada }),
  "dev-orgs.get": () => ok({ dev_org: acme }),
} satisfies Handlers;

/** The handlers of a server that is set up and at which nobody is signed in. */
export const signedOut = {
  "setup.get": () => ok({ needs_setup: false, code_required: false }),
  "dev-users.self": () => unauthenticated(),
  "dev-orgs.get": () => unauthenticated(),
} satisfies Handlers;
