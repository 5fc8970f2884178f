import { defineConfig } from "vitest/config";

export default defineConfig({
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
