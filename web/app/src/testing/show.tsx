import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterContextProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { Toaster } from "@/components/toaster";
import { UndoReportDialog } from "@/features/merge/undo-report-dialog";
import { createQueryClient } from "@/lib/query-client";
import { createApp } from "@/router";

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
  // For links; the app that it belongs to is not shown.
  const [{ router }] = useState(() => createApp(createMemoryHistory()));
  return (
    <QueryClientProvider client={client}>
      <RouterContextProvider router={router}>
        {children}
        <Toaster />
        <UndoReportDialog />
      </RouterContextProvider>
    </QueryClientProvider>
  );
}
