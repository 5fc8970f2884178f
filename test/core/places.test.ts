// Where files of a person are kept.
import { chmodSync, mkdirSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { expect, test } from "vitest";
import { keepsFiles, type Surroundings, userFolder } from "../../src/core/places.js";
import { dataFolder } from "../../src/data/index.js";
import { withFolder } from "../support/cli.js";

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string[]]>([
  ["linux", {}, ["/h", ".local", "share", "refrain"]],
  ["linux", { XDG_DATA_HOME: "/x" }, ["/x", "refrain"]],
  ["linux", { XDG_DATA_HOME: "" }, ["/h", ".local", "share", "refrain"]],
  ["darwin", { XDG_DATA_HOME: "/x" }, ["/h", "Library", "Application Support", "refrain"]],
  ["win32", {}, ["/h", "AppData", "Local", "refrain"]],
  ["win32", { LOCALAPPDATA: "/l" }, ["/l", "refrain"]],
])("%s %j", (platform, environment, wanted) => {
  expect(userFolder({ platform, environment, home: "/h" } satisfies Surroundings)).toBe(join(...wanted));
});

test("a checkout keeps its data sets; an installed package and an application do not, nor a folder of somebody else", async () => {
  await withFolder((folder) => {
    const root = (...names: string[]) => {
      const path = join(folder, ...names);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const own = root("refrain");
    expect(dataFolder({}, own)).toBe(join(own, ".cache", "datasets"));
    expect(dataFolder({ REFRAIN_DATA: "elsewhere" }, own)).toBe(resolve("elsewhere"));
    for (const path of [root("x", "node_modules", "refrain"), root("resources", "app.asar.unpacked")]) {
      expect(keepsFiles(path)).toBe(false);
      expect(dataFolder({}, path)).toMatch(new RegExp(`refrain\\${sep}datasets$`));
      expect(dataFolder({}, path).startsWith(path)).toBe(false);
    }
    expect(keepsFiles(join(folder, "gone"))).toBe(false);
    if (process.getuid?.() === 0) return; // root may write everywhere
    const locked = root("locked");
    chmodSync(locked, 0o555);
    expect(keepsFiles(locked)).toBe(false);
    chmodSync(locked, 0o755);
  });
});
