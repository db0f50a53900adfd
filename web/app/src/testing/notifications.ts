import type { Notification_ } from "@/features/notification/notification";
import { adaSummary, conversation, customer } from "@/testing/inbox";

/** For tests: what Ada was told, by number. */
export function notification(n: number, more: Partial<Notification_> = {}): Notification_ {
  return {
    id: `${adaSummary.id}:notification/${n}`,
    type: "replied",
    object: { type: "conversation", id: conversation(n).id, display_id: `CONV-${n}`, display_name: `Matter ${n}` },
    comment: `${conversation(n).id}:comment/${n}`,
    created_by: customer(1, "Grace Hopper"),
    created_date: "2026-01-02T00:00:00.000Z",
    ...more,
  };
}
