import createClient from "openapi-fetch";
import type { paths } from "@/api/schema.gen";

const timeoutMillis = 30_000;

/** An answer other than 2xx, or none at all (status 0). `message` is safe to show. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    /** The server's stable error code, such as "conflict". */
    readonly type: string,
    message: string,
    /** The request's field that is to blame, when the server names one. */
    readonly field: string | undefined,
    /** The whole answer, for errors that carry more. */
    readonly body: Record<string, unknown>,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * The server's operations under the browser's session, typed by the server's own OpenAPI document. A call
 * throws ApiError for every answer but 2xx, or AbortError when its signal says so; wrap it in `answer`.
 */
export const api = createClient<paths>({
  baseUrl: `${window.location.origin}/internal`,
  credentials: "same-origin",
  // A custom header cannot be sent by another site's form: it is what the
  // server takes as proof against cross-site requests.
  headers: { Accept: "application/json", "X-Kith-Csrf": "1" },
  fetch: fetchInTime,
});

api.use({
  onResponse: async ({ response }) => {
    if (!response.ok) throw errorFrom(response.status, await readObject(response));
  },
});

/** The body of a call's answer. */
export async function answer<Body>(call: Promise<{ data?: Body }>): Promise<Body> {
  // Without data the call has thrown; the type alone does not know.
  return (await call).data as Body;
}

async function fetchInTime(request: Request): Promise<Response> {
  // A file travels for as long as it is large: the server ends an upload from which nothing comes.
  const timeout = isUpload(request) ? undefined : AbortSignal.timeout(timeoutMillis);
  try {
    return await fetch(request, { signal: AbortSignal.any(timeout ? [request.signal, timeout] : [request.signal]) });
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    const message = timeout?.aborted
      ? "Kith did not answer in time. Try again in a moment."
      : "Kith cannot be reached. Check that it is running and that you are online.";
    throw new ApiError(0, "unavailable", message, undefined, {});
  }
}

function isUpload(request: Request): boolean {
  return request.headers.get("Content-Type")?.startsWith("multipart/form-data") ?? false;
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {}; // a proxy's HTML page, or an empty body
  }
}

function errorFrom(status: number, body: Record<string, unknown>): ApiError {
  const type = text(body.type) ?? "unknown";
  const message = text(body.message) ?? `Kith answered with an error (${status}). Try again in a moment.`;
  return new ApiError(status, type, message, text(body.field_name), body);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The sentence to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong in this page. Reload it and try again.";
  return asSentence(error.message);
}

/** The same beside the field it is about, which need not be named again. */
export function fieldMessageOf(error: ApiError): string {
  const prefix = `${error.field}: `;
  return asSentence(error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message);
}

/** The server writes messages to go on behind a field's name, so they begin in lower case. */
export function asSentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
