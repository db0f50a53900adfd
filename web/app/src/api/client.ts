import type { OperationName, Operations } from "@/api/types";

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

/** Calls one operation of the server under the browser's session. Throws ApiError, or AbortError when aborted. */
export async function call<Name extends OperationName>(
  name: Name,
  request: Operations[Name]["request"],
  signal?: AbortSignal,
): Promise<Operations[Name]["response"]> {
  const response = await send(name, request, signal);
  const body = await readObject(response);
  if (!response.ok) throw errorFrom(response, body);
  return body as Operations[Name]["response"];
}

async function send(name: string, request: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMillis);
  try {
    return await fetch(`/internal/${name}`, {
      method: "POST",
      credentials: "same-origin",
      // A custom header cannot be sent by another site's form: it is what the
      // server takes as proof against cross-site requests.
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-Kith-Csrf": "1" },
      body: JSON.stringify(request),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    const message = timeout.aborted
      ? "Kith did not answer in time. Try again in a moment."
      : "Kith cannot be reached. Check that it is running and that you are online.";
    throw new ApiError(0, "unavailable", message, undefined, {});
  }
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {}; // a proxy's HTML page, or an empty body
  }
}

function errorFrom(response: Response, body: Record<string, unknown>): ApiError {
  const type = text(body.type) ?? "unknown";
  const message = text(body.message) ?? `Kith answered with an error (${response.status}). Try again in a moment.`;
  return new ApiError(response.status, type, message, text(body.field_name), body);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The sentence to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something went wrong in this page. Reload it and try again.";
}
