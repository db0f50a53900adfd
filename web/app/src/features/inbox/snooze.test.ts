import { describe, expect, it } from "vitest";
import { localValue, presets, problemOf } from "@/features/inbox/snooze";

/** What is offered at a time, as the reader's own clock has it. */
const offered = (now: Date) => presets(now).map(({ label, until }) => `${label} ${localValue(until)}`);

describe("what is offered for snoozing", () => {
  it.each([
    // A Saturday: Monday is the one after tomorrow.
    [
      new Date(2026, 10, 28, 22, 30),
      ["In 3 hours 2026-11-29T01:30", "Tomorrow 2026-11-29T09:00", "Monday 2026-11-30T09:00"],
    ],
    // On a Sunday, Monday is tomorrow.
    [new Date(2026, 10, 29, 8), ["In 3 hours 2026-11-29T11:00", "Tomorrow 2026-11-30T09:00"]],
    // On a Monday it is the next one, also over the turn of the year.
    [
      new Date(2026, 11, 28, 9),
      ["In 3 hours 2026-12-28T12:00", "Tomorrow 2026-12-29T09:00", "Monday 2027-01-04T09:00"],
    ],
  ])("%s: %s", (now, want) => {
    expect(offered(now)).toEqual(want);
  });
});

describe("a date and time that was typed", () => {
  const now = new Date(2026, 10, 28, 12);
  it.each([
    ["", "Enter a date and a time"],
    ["2026-11-28T12:00", "That is in the past; choose a later time"],
    ["2026-11-28T12:01", undefined],
    ["2027-11-28T12:00", undefined],
    ["2027-11-28T12:01", "That is more than a year ahead; choose an earlier time"],
  ])("%o: %s", (value, want) => {
    expect(problemOf(value, now)).toBe(want);
  });
});
