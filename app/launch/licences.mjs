// Licences of all that the app is made of, for its screen of settings: a file beside the page.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} PackageLicence
 * @property {string} name
 * @property {string} version
 * @property {string} licence
 * @property {string} [text] of a package whose code is in the page
 */

/**
 * Name of the package that a module of a build is from; undefined for own code. Vite writes "/" on every system.
 *
 * @param {string} id path of the module
 */
export function packageOf(id) {
  const inside = id.split(/node_modules[/\\]/).at(-1) ?? "";
  if (inside === id) return undefined;
  const [scope, name] = inside.split(/[/\\]/);
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

/**
 * Packages that run, and those in the page with the text of their licence, by name.
 *
 * @param {string} root        folder of the project, with its lock file
 * @param {Set<string>} inPage names of packages
 * @returns {PackageLicence[]}
 */
export function licencesOf(root, inPage) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .flatMap(([path, { version, license, dev }]) => {
      const name = path.split("node_modules/").at(-1);
      if (path === "" || (dev && !inPage.has(name))) return [];
      const place = join(root, path);
      const said = license ?? manifestOf(place).license ?? "?";
      const licence = said.type ?? said; // old manifests have an object
      return [{ name, version, licence, ...(inPage.has(name) && { text: textOf(place) }) }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function manifestOf(place) {
  const path = join(place, "package.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

function textOf(place) {
  const name = existsSync(place) ? readdirSync(place).find((each) => /^licen[cs]e/i.test(each)) : undefined;
  return name && readFileSync(join(place, name), "utf8").trim();
}

/** Vite plugin: writes `licences.json` beside the page. @param {string} root */
export function licencesPlugin(root) {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
      const inPage = new Set(ids.flatMap((id) => packageOf(id.replace(/^\0/, "").split("?")[0]) ?? []));
      const source = JSON.stringify(licencesOf(root, inPage));
      this.emitFile({ type: "asset", fileName: "licences.json", source });
    },
  };
}
