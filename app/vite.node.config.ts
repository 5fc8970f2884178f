// Builds the server and the engine process: our own code bundled, packages left to Node.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  logLevel: "warn",
  ssr: { external: ["refrain", "refrain/serve"] },
  build: {
    ssr: true,
    target: "node20",
    outDir: "../dist/app/server",
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: { main: "app/server/main.ts", service: "app/server/service.ts", worker: "app/engine/worker.ts" },
      external: [/^[^./]/],
    },
  },
});
