import { defineConfig } from "vitest/config";

export default defineConfig({
  // Two cores: a third worker fills the waits for processes that tests start.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, pool: "forks", maxWorkers: 3 },
});
