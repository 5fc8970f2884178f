import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const publicNames = fileURLToPath(new URL("src/index.ts", import.meta.url));
const serveNames = fileURLToPath(new URL("src/serve/index.ts", import.meta.url));
const isolated = "test/**/*.isolated.test.ts";
const browser = "test/full/app-*.test.ts";

export default defineConfig({
  // The app imports the built package by its name; tests read the sources.
  resolve: {
    alias: [
      { find: /^refrain$/, replacement: publicNames },
      { find: /^refrain\/serve$/, replacement: serveNames },
    ],
  },
  test: {
    // Tests look for English texts, whatever the terminal speaks, and leave no logs in the folder of the data sets.
    env: { REFRAIN_LANG: "en", REFRAIN_KEEP_LOGS: "off" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Two cores: a third worker fills the waits for processes that tests start.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        // Files of one worker share their modules, for loading TensorFlow once per file takes a quarter of the whole time;
        // so no test may leave anything behind.
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, isolated, browser],
          isolate: false,
        },
      },
      // Files that replace a module need modules of their own: a shared one may be loaded already, and would stay replaced.
      { extends: true, test: { name: "isolated", include: [isolated] } },
      // A window that waits for two processors shared with other tests waits too long: after the others, one at a time.
      { extends: true, test: { name: "browser", include: [browser], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
