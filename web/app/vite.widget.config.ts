import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The widget on customers' pages, from ../widget: a script for the page, and another with its style for the frame.
// Run once with --mode page and once with --mode frame, for each is one file.

const root = path.resolve(import.meta.dirname, "../widget");
const outDir = path.resolve(import.meta.dirname, "../dist/widget");
/** Of all files together, gzipped: pages wait for them on slow phones. */
const maxBytes = 20_000;

const weigh: Plugin = {
  name: "weigh",
  apply: "build",
  async closeBundle() {
    const files = await readdir(outDir);
    const sizes = await Promise.all(
      files.map(async (file) => gzipSync(await readFile(path.join(outDir, file))).length),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const list = files.map((file, at) => `${file} ${sizes[at]}`).join(", ");
    if (total > maxBytes)
      throw new Error(`the widget has ${total} bytes gzipped (${list}); at most ${maxBytes} are allowed`);
    console.log(`widget: ${total} of ${maxBytes} bytes gzipped (${list})`);
  },
};

export default defineConfig(({ mode }) => ({
  root: mode === "test" ? import.meta.dirname : root, // Vitest finds itself from here alone
  plugins: [weigh],
  publicDir: false,
  server: { fs: { strict: false } },
  build: {
    outDir,
    emptyOutDir: mode === "page",
    target: "es2022",
    reportCompressedSize: false,
    lib:
      mode === "page"
        ? { entry: "src/loader/widget.ts", formats: ["iife"], name: "kith", fileName: () => "widget.js" }
        : {
            entry: "src/frame/frame.ts",
            formats: ["iife"],
            name: "kith",
            fileName: () => "frame.js",
            cssFileName: "frame",
          },
  },
  test: {
    dir: root,
    environment: "jsdom",
    pool: "threads",
    restoreMocks: true,
    unstubGlobals: true,
  },
}));
