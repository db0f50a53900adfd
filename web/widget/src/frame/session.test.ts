import { beforeEach, describe, expect, it, vi } from "vitest";
import { memoryStore } from "../testing/memory";
import { ApiError } from "./api";
import { Session } from "./session";

type Call = { operation: string; body: Record<string, unknown>; token: string | undefined };

let calls: Call[];

/** Stands in for the server: answers by operation, a number is a refusal. */
function serve(answers: Record<string, (call: Call) => unknown>) {
  vi.stubGlobal(
    "fetch",
    async (address: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
      const call = { operation: address.slice(1), body: JSON.parse(body), token: headers.Authorization };
      calls.push(call);
      const answer = answers[call.operation]?.(call) ?? 404;
      if (answer === "lost") throw new TypeError("Failed to fetch");
      return typeof answer === "number"
        ? new Response(JSON.stringify({ type: "refused", message: "no" }), { status: answer })
        : new Response(JSON.stringify(answer));
    },
  );
}

const visitor = { user: { id: "REVU-9", kind: "anonymous" }, access_token: "t1", visitor_secret: "s1" };
const ada = { user: { id: "REVU-1", kind: "verified" }, access_token: "jwt" };

describe("session", () => {
  beforeEach(() => {
    calls = [];
  });

  it("makes nobody of a visitor who only looks, and one of a visitor who writes twice at once", async () => {
    serve({ "widget.start": ({ body }) => (body.begin ? visitor : {}) });
    const store = memoryStore();
    const session = new Session("DvRv1", store, undefined, undefined);
    await session.start();
    expect(calls[0]?.body).toEqual({ app_id: "DvRv1" });
    expect(session.user).toBeUndefined();
    await Promise.all([session.begin(), session.begin()]);
    expect(calls).toHaveLength(2);
    expect(store.kept.secret).toBe("s1");
    expect(session.token).toBe("t1");
  });

  it("comes back with the secret, and forgets one that leads nowhere", async () => {
    serve({ "widget.start": ({ body }) => (body.visitor_secret === "s1" ? visitor : {}) });
    const store = memoryStore({ secret: "s1" });
    const back = new Session("DvRv1", store, undefined, undefined);
    await back.start();
    expect(back.user?.id).toBe("REVU-9");
    const lost = memoryStore({ secret: "other" });
    await new Session("DvRv1", lost, undefined, undefined).start();
    expect(lost.kept.secret).toBeUndefined();
  });

  it("brings both proofs at once, keeps no session token, and gives the secret up", async () => {
    serve({ "widget.start": () => ada });
    const store = memoryStore({ secret: "s1" });
    const session = new Session("DvRv1", store, "jwt", { user_ref: "u1" });
    await session.start();
    expect(calls[0]?.body).toEqual({ app_id: "DvRv1", session_token: "jwt", visitor_secret: "s1" });
    expect(store.kept).toEqual({});
    expect(session.owner).toBe("REVU-1");
  });

  it("keeps the secret when the session token was refused or nobody answered", async () => {
    for (const answer of [401, "lost", 503]) {
      serve({ "widget.start": () => answer });
      const store = memoryStore({ secret: "s1" });
      await expect(new Session("DvRv1", store, "jwt", undefined).start()).rejects.toBeInstanceOf(ApiError);
      expect(store.kept.secret).toBe("s1");
    }
  });

  it("gives nothing of one claimed person to another", () => {
    const store = memoryStore({ secret: "s1", ref: "ann", queue: "…" });
    new Session("DvRv1", store, undefined, { user_ref: "ann" });
    expect(store.kept.secret).toBe("s1");
    new Session("DvRv1", store, undefined, { user_ref: "bob" });
    expect(store.kept).toEqual({ ref: "bob" });
  });

  it("upgrades a stranger who is given a name", () => {
    const store = memoryStore({ secret: "s1" });
    new Session("DvRv1", store, undefined, { user_ref: "ann" });
    expect(store.kept.secret).toBe("s1");
  });

  it("exchanges a visitor's token that is refused, and calls again", async () => {
    let refusals = 1;
    serve({
      "widget.start": () => visitor,
      "conversations.list": () => (refusals-- > 0 ? 401 : { conversations: [] }),
    });
    const session = new Session("DvRv1", memoryStore({ secret: "s1" }), undefined, undefined);
    await session.start();
    await session.call("conversations.list", {});
    expect(calls.map(({ operation }) => operation)).toEqual([
      "widget.start",
      "conversations.list",
      "widget.start",
      "conversations.list",
    ]);
  });

  it("says that a person's session has ended instead of going on as somebody else", async () => {
    serve({ "widget.start": () => ada, "conversations.list": () => 401 });
    const session = new Session("DvRv1", memoryStore(), "jwt", undefined);
    await session.start();
    await expect(session.call("conversations.list", {})).rejects.toMatchObject({ type: "expired" });
    expect(session.isExpired).toBe(true);
    expect(calls).toHaveLength(2);
  });

  it("leaves nothing behind when it ends, also when the server cannot be reached", async () => {
    serve({ "widget.start": () => visitor, "auth-tokens.self.delete": () => "lost" });
    const store = memoryStore({ secret: "s1", queue: "…", read: "{}" });
    const session = new Session("DvRv1", store, undefined, undefined);
    await session.start();
    await session.end();
    expect(store.kept).toEqual({});
    expect(calls.at(-1)).toMatchObject({ operation: "auth-tokens.self.delete", token: "t1" });
    await expect(session.call("conversations.list", {})).rejects.toMatchObject({ type: "over" });
  });

  it("sends no cookies", async () => {
    const fetch = vi.fn(async () => new Response("{}"));
    vi.stubGlobal("fetch", fetch);
    await new Session("DvRv1", memoryStore(), undefined, undefined).start();
    expect(fetch).toHaveBeenCalledWith("/widget.start", expect.objectContaining({ credentials: "omit" }));
  });
});
