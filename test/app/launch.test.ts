// Which window npm run app opens, and why.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { browserArguments, chooseShell, shellEnvironment } from "../../app/launch/choose.mjs";
import { findBrowsers, findElectron, hasDisplay } from "../../app/launch/find.mjs";
import { licencesOf, packageOf } from "../../app/launch/licences.mjs";
import { translator } from "../../app/launch/messages.mjs";
import { closing } from "../../src/serve/http/closing.js";
import { withFolder } from "../support/cli.js";

const found = {
  electron: "/e",
  electronReason: "not here",
  browsers: ["/b"],
  display: true,
  superuser: false,
  asked: null,
};

test.each<[string, Partial<Record<keyof typeof found, unknown>>, string, string]>([
  ["Electron where it is", {}, "electron", "electron"],
  ["else a browser", { electron: null }, "browser", "browser"],
  ["a browser that was asked for", { asked: "browser" }, "browser", "browserAsked"],
  ["else the address", { electron: null, browsers: [] }, "none", "noBrowser"],
  ["the address without a display", { display: false }, "none", "noDisplay"],
  ["the address for root", { superuser: true }, "none", "superuser"],
  ["the address when asked", { asked: "none" }, "none", "asked"],
  [
    "a browser where Electron was asked for and is not here",
    { electron: null, asked: "electron" },
    "browser",
    "browser",
  ],
])("%s", (_, change, shell, reason) => {
  const choice = chooseShell({ ...found, ...change } as never);
  expect([choice.shell, choice.reason]).toEqual([shell, reason]);
  for (const REFRAIN_LANG of ["en", "zh"])
    expect(translator({ REFRAIN_LANG })(reason as never, choice.values)).not.toMatch(/[{}]|undefined/);
});

test("the browser opens a window without tabs, with a profile of its own", () => {
  expect(browserArguments("http://127.0.0.1:1/#t=x", "/p")).toEqual(
    expect.arrayContaining(["--app=http://127.0.0.1:1/#t=x", "--user-data-dir=/p"]),
  );
});

test("the desktop shell gets the runs and the port that were asked for", () => {
  expect(shellEnvironment({ A: "1" }, "/node", { runs: "/other/runs", port: "8123" })).toEqual({
    A: "1",
    REFRAIN_NODE: "/node",
    REFRAIN_RUNS: resolve("/other/runs"),
    REFRAIN_PORT: "8123",
  });
  expect(shellEnvironment({}, "/node", { runs: "runs", port: "0" }).REFRAIN_RUNS).toBe(join(process.cwd(), "runs"));
});

test("a server ends once: a second signal at once, a parent that goes meanwhile not", async () => {
  for (const [second, wanted] of [
    ["onSignal", [1, 0]],
    ["onParentGone", [0]],
  ] as const) {
    const codes: number[] = [];
    const ends = closing(
      () => new Promise((resolve) => setTimeout(resolve)),
      (code) => codes.push(code),
    );
    ends.onSignal();
    ends[second]();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(codes).toEqual(wanted);
  }
});

test("a module is of the package in whose folder it lies, however paths are written", () => {
  const names = [
    "/r/node_modules/react/index.js",
    "C:/r/node_modules/@tanstack/query-core/build/a.js",
    "C:\\r\\node_modules\\a\\node_modules\\b\\i.js",
    "/r/app/web/main.tsx",
  ].map(packageOf);
  expect(names).toEqual(["react", "@tanstack/query-core", "b", undefined]);
});

test("licences: of what runs and of what is in the page, as a text however old the package is", async () => {
  await withFolder((folder) => {
    const packages = {
      "": { name: "own" },
      "node_modules/old": { version: "1", license: { type: "MIT", url: "x" } },
      "node_modules/shown": { version: "2", license: "ISC", dev: true },
      "node_modules/tool": { version: "3", license: "ISC", dev: true },
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
    mkdirSync(join(folder, "node_modules", "shown"), { recursive: true });
    writeFileSync(join(folder, "node_modules", "shown", "LICENSE"), "Do as you like.\n");
    expect(licencesOf(folder, new Set(["shown"]))).toEqual([
      { name: "old", version: "1", licence: "MIT" },
      { name: "shown", version: "2", licence: "ISC", text: "Do as you like." },
    ]);
  });
});

test("browsers are looked for on the path, Electron as a file and never by loading its package", async () => {
  const there = new Set([join("/two", "chromium"), join("/one", "google-chrome")]);
  expect(findBrowsers({ PATH: "/one:/two" }, "linux", (path) => there.has(String(path)))).toEqual([
    "/two/chromium",
    "/one/google-chrome",
  ]);
  expect(findBrowsers({}, "linux", () => true)).toEqual([]);
  await withFolder((folder) => {
    expect(findElectron(folder, {})).toBeNull();
    const home = join(folder, "node_modules", "electron");
    mkdirSync(join(home, "dist"), { recursive: true });
    writeFileSync(join(home, "path.txt"), "electron");
    expect(findElectron(folder, {})).toBeNull();
    writeFileSync(join(home, "dist", "electron"), "");
    expect(findElectron(folder, {})).toBe(join(home, "dist", "electron"));
    expect(findElectron(folder, { ELECTRON_OVERRIDE_DIST_PATH: "/none" })).toBeNull();
  });
  expect([hasDisplay({}, "linux"), hasDisplay({ DISPLAY: ":0" }, "linux"), hasDisplay({}, "darwin")]).toEqual([
    false,
    true,
    true,
  ]);
});
