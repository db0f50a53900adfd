import "@fontsource-variable/inter/index.css";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applyTheme, savedTheme } from "./lib/theme";
import { createApp } from "./router";

// Before anything is painted, so that no page flashes in the other theme.
applyTheme(savedTheme());

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");

const { client, router } = createApp();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
