import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { Toaster } from "@/components/toaster";
import { UndoReportDialog } from "@/features/merge/undo-report-dialog";
import { createQueryClient } from "@/lib/query-client";

/** Shows a part of the app alone, with the messages that it may send. */
export function show(part: ReactNode) {
  // jsdom has no layout, so nothing can be scrolled to.
  Element.prototype.scrollIntoView = () => {};
  const client = createQueryClient(() => {});
  const { rerender } = render(<Frame client={client}>{part}</Frame>);
  return {
    user: userEvent.setup(),
    client,
    again: (next: ReactNode) => rerender(<Frame client={client}>{next}</Frame>),
  };
}

function Frame({ client, children }: { client: ReturnType<typeof createQueryClient>; children: ReactNode }) {
  return (
    <QueryClientProvider client={client}>
      {children}
      <Toaster />
      <UndoReportDialog />
    </QueryClientProvider>
  );
}
