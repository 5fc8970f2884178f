import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const publicNames = fileURLToPath(new URL("src/index.ts", import.meta.url));

export default defineConfig({
  // The app imports the built package by its name; tests read the sources.
  resolve: { alias: [{ find: /^refrain$/, replacement: publicNames }] },
  // Two cores: a third worker fills the waits for processes that tests start. Files of one worker share their modules,
  // for loading TensorFlow once per file takes a quarter of the whole time; so no test may leave anything behind.
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 3,
    isolate: false,
  },
});
