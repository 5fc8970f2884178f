// Builds the page. Plotly comes in a chunk of its own, loaded with the first figure.
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licencesPlugin } from "./launch/licences.mjs";

export default defineConfig({
  root: join(import.meta.dirname, "web"),
  logLevel: "warn",
  plugins: [react(), licencesPlugin(join(import.meta.dirname, ".."))],
  resolve: { alias: { "refrain/audit-messages": join(import.meta.dirname, "../src/cli/audit-messages.ts") } },
  build: {
    outDir: join(import.meta.dirname, "../dist/app/web"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1300,
  },
});
