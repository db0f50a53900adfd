import { describe, expect, it } from "vitest";
import { contrast, hexColor, inkOn, textOn } from "../color";
import { memoryStore } from "../testing/memory";
import type { Entry, User } from "./api";
import { Model, titleOf } from "./model";
import { Marks } from "./session";
import { reader, type StreamEvent } from "./stream";

function entry(n: number, by: string, more: Partial<Entry> = {}): Entry {
  const created_by = { id: by, type: by.startsWith("DEVU") ? "dev_user" : "rev_user" };
  return {
    id: `e${n}`,
    type: "timeline_comment",
    object: "CONV-1",
    visibility: "external",
    body: `m${n}`,
    created_date: `2026-01-01T00:00:0${n}Z`,
    created_by,
    ...more,
  };
}

function model(store = memoryStore()): Model {
  const made = new Model(new Marks(store), () => ({ id: "REVU-1" }) as User);
  made.put({ id: "CONV-1", created_date: "2026-01-01T00:00:00Z", modified_date: "" });
  return made;
}

describe("what was said", () => {
  it("is in order and there once, whichever way it comes", () => {
    const made = model();
    for (const n of [3, 1, 2, 3]) made.say(entry(n, "DEVU-1"));
    expect(made.entries("CONV-1").map(({ id }) => id)).toEqual(["e1", "e2", "e3"]);
  });

  it("leaves out what is not for customers", () => {
    const made = model();
    made.say(entry(1, "DEVU-1", { visibility: "internal" }));
    made.say(entry(2, "DEVU-1", { body_type: "data" }));
    made.say(entry(3, "DEVU-1", { type: "timeline_change_event" }));
    expect(made.entries("CONV-1")).toEqual([]);
  });

  it("is unread after what the customer said or read last", () => {
    const store = memoryStore();
    const made = model(store);
    for (const [n, by] of [
      [1, "DEVU-1"],
      [2, "REVU-1"],
      [3, "DEVU-1"],
      [4, "DEVU-2"],
    ] as const)
      made.say(entry(n, by));
    expect(made.allUnread()).toBe(2);
    made.read("CONV-1");
    expect(made.allUnread()).toBe(0);
    made.say(entry(5, "DEVU-1"));
    const again = model(store);
    for (const n of [3, 4, 5]) again.say(entry(n, "DEVU-1"));
    expect(again.allUnread()).toBe(1);
  });
});

it.each([
  ["\n**Hello** there\nmore", "Hello there"],
  ["???", ""],
  ["x".repeat(90), `${"x".repeat(79)}…`],
])("titles a conversation that begins with %j", (body, title) => expect(titleOf(body)).toBe(title));

it("reads events in whatever pieces they come", () => {
  const text =
    'retry: 2000\nid: 7\nevent: ready\ndata: {}\n\n: still there\n\nid: 8\r\nevent: timeline_entry_created\r\ndata: {"a":"é"}\r\n\r\n';
  for (const size of [1, 5, text.length]) {
    const got: StreamEvent[] = [];
    const read = reader((event) => got.push(event));
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
    expect(got).toEqual([
      { id: "7", name: "ready", data: "{}" },
      { id: "8", name: "timeline_entry_created", data: '{"a":"é"}' },
    ]);
  }
});

it.each(["#ffffff", "#ffee00", "#2f5bea", "#7f7f7f", "#000000", "#00766c", "#ff4081"])(
  "writes readably on and in %s",
  (color) => {
    expect(contrast(color, textOn(color))).toBeGreaterThanOrEqual(4.5);
    for (const surface of ["#ffffff", "#17191e"])
      expect(contrast(surface, inkOn(surface, color))).toBeGreaterThanOrEqual(4.5);
  },
);

it("takes only colours for colours", () => {
  expect([hexColor("#FA0"), hexColor("#2F5BEA"), hexColor("red"), hexColor("#12"), hexColor(7)]).toEqual([
    "#ffaa00",
    "#2f5bea",
    undefined,
    undefined,
    undefined,
  ]);
});
