import path from "node:path";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the app and hands everything else to a running `kith serve`.
const server = process.env.KITH_URL ?? "http://127.0.0.1:8080";

// The script sets the theme that was chosen: nothing is painted before, so that no page flashes in the other one.
const paintAfterScript: Plugin = {
  name: "paint-after-script",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

export default defineConfig({
  plugins: [
    paintAfterScript,
    // One bundle: the app is small, and pages loaded after an upgrade of the
    // server never ask for a chunk that it no longer has.
    tanstackRouter({ target: "react", autoCodeSplitting: false, quoteStyle: "double", semicolons: true }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { "@": path.resolve(import.meta.dirname, "src") } },
  build: {
    outDir: "../dist",
    emptyOutDir: true, // public/.gitkeep is copied back, so the folder stays in Git
    assetsInlineLimit: 0, // data: URLs would need a wider Content-Security-Policy
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    license: { fileName: "licenses.txt" }, // of what the bundle contains, as those licenses ask
  },
  server: { proxy: { "/internal": server, "/openapi.json": server, "/docs": server } },
  test: {
    environment: "jsdom",
    // Every file cleans up after itself (src/testing/setup.ts), so that one page can serve them all.
    pool: "threads",
    isolate: false,
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
