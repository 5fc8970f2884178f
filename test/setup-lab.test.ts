// What `npm run lab` does before anything can be installed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, withFolder } from "./support/cli.js";

interface Lab {
  labEnvironment(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  labPlaces(root: string): { lab: string };
  findPython(env: NodeJS.ProcessEnv): string[] | undefined;
  ensureLab(root: string, options: { t: (key: string) => string; env: NodeJS.ProcessEnv; say: () => void }): void;
}
const lab = (await import(/* @vite-ignore */ `${ROOT}scripts/lab/setup.mjs`)) as Lab;
const { labMessages } = (await import(/* @vite-ignore */ `${ROOT}scripts/lab/messages.mjs`)) as {
  labMessages(env: NodeJS.ProcessEnv): (key: string) => string;
};

test("Jupyter finds everything inside the folder and leaves the home folder alone", () => {
  const root = join("somewhere", "refrain");
  const own = Object.entries(lab.labEnvironment(root, {}));
  expect(own.length).toBeGreaterThan(5);
  for (const [name, value] of own) expect(value, name).toContain(root);
});

test.each([
  ["en", /Python 3\.10 or newer.*apt install.*brew install.*winget/],
  ["zh", /Python 3\.10.*apt install.*brew install.*winget/],
])("without Python the remedy is told, in %s", async (language, message) => {
  await withFolder((root) => {
    mkdirSync(join(root, "tools", "jupyter", "node_modules", "tslab"), { recursive: true });
    writeFileSync(join(root, "tools", "jupyter", "requirements.txt"), "jupyterlab==4.6.4\n");
    const options = { t: labMessages({ REFRAIN_LANG: language }), env: { PATH: root }, say: () => {} };
    expect(() => lab.ensureLab(root, options)).toThrow(message);
    const { type } = JSON.parse(readFileSync(join(lab.labPlaces(root).lab, "package.json"), "utf8"));
    expect(type).toBe("commonjs");
  });
});

test("a language is found as the command line finds it: what says nothing is passed over", () => {
  const python = (env: NodeJS.ProcessEnv) => labMessages(env)("python");
  expect(python({ REFRAIN_LANG: "", LC_ALL: "", LANG: "zh_CN.UTF-8" })).toBe(python({ REFRAIN_LANG: "zh" }));
  expect(python({ LC_ALL: "en_GB.UTF-8", LANG: "zh_CN.UTF-8" })).toBe(python({}));
});

test("a Python that is named and is none is not taken", () => {
  expect(lab.findPython({ PYTHON: join(ROOT, "no-such-python"), PATH: process.env.PATH })).toBeUndefined();
});
