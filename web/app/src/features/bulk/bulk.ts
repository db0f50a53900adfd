import { answer, api } from "@/api/client";
import type { BulkAction } from "@/api/types";
import { type RecordType, timeZone } from "@/features/record/record";

/** What a bulk action does to each record, as the API takes it. */
export type BulkChange = { type: string } & Record<string, unknown>;

const pollMillis = 400;

/** Pins the records that a filter finds and returns the action once it knows their number. */
export async function pin(object: RecordType, filter: string, action: BulkChange): Promise<BulkAction> {
  const body = { object, filter, action, hold: true, time_zone: timeZone };
  const made = await answer(api.POST("/bulk-actions.create", { body: body as never }));
  return settled(made.bulk_action.id, (found) => found.state !== "queued");
}

/** Starts a pinned action and tells how far it is until it has ended. */
export async function run(id: string, onProgress: (action: BulkAction) => void): Promise<BulkAction> {
  await answer(api.POST("/bulk-actions.start", { body: { id } }));
  return settled(id, hasEnded, onProgress);
}

export async function cancel(id: string): Promise<void> {
  await answer(api.POST("/bulk-actions.cancel", { body: { id } }));
}

/** Takes back what an action did. */
export async function undo(id: string): Promise<BulkAction> {
  await answer(api.POST("/bulk-actions.undo", { body: { id } }));
  return settled(id, ({ state }) => state !== "undoing");
}

function hasEnded({ state }: BulkAction): boolean {
  return ["completed", "cancelled", "failed"].includes(state);
}

async function settled(
  id: string,
  done: (action: BulkAction) => boolean,
  onProgress?: (action: BulkAction) => void,
): Promise<BulkAction> {
  for (;;) {
    const { bulk_action } = await answer(api.POST("/bulk-actions.get", { body: { id } }));
    onProgress?.(bulk_action);
    if (done(bulk_action)) return bulk_action;
    await new Promise((resolve) => setTimeout(resolve, pollMillis));
  }
}
