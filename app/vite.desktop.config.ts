// Builds the desktop shell as CommonJS, which a sandboxed preload must be.
import { defineConfig } from "vite";

export default defineConfig({
  logLevel: "warn",
  build: {
    ssr: true,
    target: "node22",
    outDir: "dist/app/desktop",
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: { main: "app/desktop/main.ts", preload: "app/desktop/preload.ts" },
      external: ["electron", /^node:/],
      output: { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name].cjs" },
    },
  },
});
