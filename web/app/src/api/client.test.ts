import { describe, expect, it, vi } from "vitest";
import { ApiError, answer, api, fieldMessageOf, messageOf } from "@/api/client";
import { ok, serve } from "@/testing/server";

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`want an ApiError, got ${error}`);
  return error;
}

const setupGet = (signal?: AbortSignal) => answer(api.POST("/setup.get", { body: {}, ...(signal && { signal }) }));

describe("a call", () => {
  it("posts JSON with the header that proves a request of our own", async () => {
    const { calls } = serve({ "auth-tokens.delete": () => ok() });
    await answer(api.POST("/auth-tokens.delete", { body: { token_id: "t1" } }));
    expect(calls[0]?.body).toEqual({ token_id: "t1" });
    const request = calls[0]?.request;
    expect(request).toMatchObject({ method: "POST", credentials: "same-origin" });
    expect(request?.headers.get("X-Kith-Csrf")).toBe("1");
    expect(request?.headers.get("Content-Type")).toBe("application/json");
  });

  it("tells what the server says, with the field to blame", async () => {
    const body = { type: "invalid_field", message: "email: “x” is not an address", field_name: "email", other: 1 };
    serve({ "setup.get": () => ({ status: 400, body }) });
    const error = await failureOf(setupGet());
    expect(error).toMatchObject({ status: 400, type: "invalid_field", field: "email", message: body.message, body });
    expect(error.isTemporary).toBe(false);
  });

  it("survives an answer that is not ours", async () => {
    vi.stubGlobal("fetch", async () => new Response("<html>Bad Gateway</html>", { status: 502 }));
    const error = await failureOf(setupGet());
    expect(error.message).toMatch(/502/);
    expect(error.isTemporary).toBe(true);
  });

  it("says that the server cannot be reached", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    const error = await failureOf(setupGet());
    expect(error).toMatchObject({ status: 0, type: "unavailable" });
    expect(error.message).toMatch(/cannot be reached/);
  });

  it("is given up when no answer comes in time, but not while a file travels", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    serve({ "setup.get": () => ok(), "imports.create": () => ok() });
    await setupGet();
    expect(timeout).toHaveBeenCalledTimes(1);
    const form = new FormData();
    form.append("type", "contacts");
    const body = { type: "contacts", file: "people.csv" } as const;
    await answer(api.POST("/imports.create", { body, bodySerializer: () => form }));
    expect(timeout).toHaveBeenCalledTimes(1);
  });

  it("passes on that it was called off", async () => {
    vi.stubGlobal("fetch", async (request: Request) => {
      request.signal.throwIfAborted();
    });
    const stop = new AbortController();
    stop.abort();
    await expect(setupGet(stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

it("shows a message as a sentence, without the field's name beside the field", () => {
  const error = new ApiError(400, "value_not_permitted", "email: has no @", "email", {});
  expect(messageOf(error)).toBe("Email: has no @");
  expect(fieldMessageOf(error)).toBe("Has no @");
  expect(fieldMessageOf(new ApiError(401, "unauthenticated", "sign in", undefined, {}))).toBe("Sign in");
});

it("shows no internals of an unexpected error", () => {
  expect(messageOf(new TypeError("x is undefined"))).not.toMatch(/undefined/);
});
