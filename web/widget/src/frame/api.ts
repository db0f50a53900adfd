/** A refusal by the server. Without a status the request got no answer, so nobody knows what became of it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly waitMillis = 0,
  ) {
    super(message);
  }

  /** The same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 401 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const answerMillis = 30_000;

/** Calls an operation of this Kith. No cookies go with it: a member may be signed in at the same browser. */
export async function post<T>(operation: string, body: unknown, token?: string, keepalive = false): Promise<T> {
  const answer = await send(`/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: token }) },
    body: JSON.stringify(body),
    keepalive,
  });
  return (await jsonOf(answer)) as T;
}

export async function send(address: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(answerMillis), ...request });
  } catch (error) {
    throw new ApiError(0, "unreachable", String(error));
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    const text = await answer.text();
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new ApiError(0, "unreachable", String(error)); // it broke off half-way
  }
}

export async function refusal(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => ({}))) as { type?: string; message?: string; retry_after?: number };
  const seconds = Number(answer.headers.get("Retry-After") ?? body.retry_after ?? 0) || 0;
  return new ApiError(answer.status, body.type ?? "", body.message ?? `HTTP ${answer.status}`, seconds * 1000);
}

export type User = {
  id: string;
  display_id: string;
  display_name?: string;
  kind: "anonymous" | "claimed" | "verified";
};

export type Appearance = {
  accent_color: string;
  theme: "light" | "dark" | "system";
  alignment: "left" | "right";
  spacing: { bottom: string; side: string };
  greeting: string;
  welcome_text: string;
  launcher: boolean;
};

export type Started = {
  appearance: Appearance;
  team_name: string;
  allow_anonymous: boolean;
  user?: User;
  access_token?: string;
  expires_in?: number;
  visitor_secret?: string;
};

export type Person = { id: string; type: string; display_name?: string; display_id?: string };
export type File = { id: string; file?: { name?: string; type?: string; size?: number } };

export type Entry = {
  id: string;
  type: string;
  object: string;
  body?: string;
  body_type?: string;
  is_deleted?: boolean;
  visibility?: string;
  created_by?: Person;
  created_date: string;
  references?: (Person & { name?: string; title?: string })[];
  artifacts?: File[];
};

export type Conversation = {
  id: string;
  title?: string;
  created_date: string;
  modified_date: string;
  last_external_message_date?: string;
  stage?: { state?: { is_final?: boolean } };
  members?: Person[];
  messages?: Entry[];
};
