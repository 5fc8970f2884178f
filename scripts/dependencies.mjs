// node scripts/dependencies.mjs: what this project depends on: number, size and licences of its packages, and known holes.
//   --audit   asks npm for known vulnerabilities (needs a network)
//   --list    every package with its licence and size
//   --json    one JSON document
// The bounds are in scripts/dependencies.json; a test holds the project to them.
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every package of the lock file: name, version, licence, whether only development needs it, and its bytes where it is installed. */
export function packagesOf(folder = root) {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path]) => path !== "")
    .map(([path, { version, license, dev = false, optional = false, hasInstallScript = false }]) => {
      const place = join(folder, path);
      const isHere = existsSync(place);
      return {
        name: path.slice(path.lastIndexOf("node_modules/") + 13),
        version,
        licence: licenceOf(license ?? (isHere ? manifest(place).license : undefined)),
        dev,
        optional,
        hasInstallScript,
        bytes: isHere ? bytesIn(place) : 0,
        isHere,
      };
    });
}

/** Sums of a list of packages. Bytes are megabytes of 1e6. */
export function summaryOf(packages) {
  const part = (list) => ({
    packages: list.length,
    megabytes: Math.round(list.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
  });
  const licences = {};
  for (const { licence } of packages) licences[licence] = (licences[licence] ?? 0) + 1;
  return {
    running: part(packages.filter(({ dev }) => !dev)),
    development: part(packages.filter(({ dev }) => dev)),
    installScripts: packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name),
    licences: Object.fromEntries(Object.entries(licences).sort(([, a], [, b]) => b - a)),
  };
}

/** What is beyond the bounds, as sentences. */
export function beyond(packages, bounds) {
  const { running, development } = summaryOf(packages);
  const found = [];
  const check = (what, value, most) => value > most && found.push(`${what}: ${value}, at most ${most}`);
  check("packages that run", running.packages, bounds.running.packages);
  check("megabytes that run", running.megabytes, bounds.running.megabytes);
  check("packages for development", development.packages, bounds.development.packages);
  check("megabytes for development", development.megabytes, bounds.development.megabytes);
  for (const { name, version, licence } of packages)
    if (!bounds.licences.includes(licence) && bounds.exceptions[name] !== licence)
      found.push(`${name} ${version}: licence ${licence} is not among the allowed ones`);
  return found;
}

function licenceOf(licence) {
  if (typeof licence === "object" && licence) return licence.type ?? "unknown";
  return licence ?? "unknown";
}

const manifest = (place) => JSON.parse(readFileSync(join(place, "package.json"), "utf8"));

/** Of the files of a package, without those of packages inside it. */
function bytesIn(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += bytesIn(path);
    else if (entry.isFile()) sum += lstatSync(path).size;
  }
  return sum;
}

/** Known vulnerabilities by severity, as npm has them; null where it cannot be asked. */
function audit() {
  const args = ["audit", "--json", "--package-lock-only"];
  const text = (() => {
    try {
      return execFileSync("npm", args, {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        shell: process.platform === "win32",
      });
    } catch (error) {
      return error.stdout; // npm ends with 1 where it found some
    }
  })();
  try {
    const { metadata, vulnerabilities } = JSON.parse(text);
    return { counts: metadata.vulnerabilities, names: Object.keys(vulnerabilities) };
  } catch {
    return null;
  }
}

function main(args) {
  const packages = packagesOf();
  const bounds = JSON.parse(readFileSync(join(root, "scripts", "dependencies.json"), "utf8"));
  const summary = summaryOf(packages);
  const over = beyond(packages, bounds);
  const holes = args.includes("--audit") ? audit() : undefined;
  if (args.includes("--json"))
    console.log(
      JSON.stringify(
        { ...summary, beyond: over, audit: holes, packages: args.includes("--list") ? packages : undefined },
        null,
        2,
      ),
    );
  else {
    const line = ({ packages: count, megabytes }, most) =>
      `${count} packages (at most ${most.packages}), ${megabytes} MB (at most ${most.megabytes})`;
    console.log(`To run:          ${line(summary.running, bounds.running)}`);
    console.log(`For development: ${line(summary.development, bounds.development)}`);
    console.log(
      `Licences:        ${Object.entries(summary.licences)
        .map(([name, count]) => `${name} ${count}`)
        .join(", ")}`,
    );
    console.log(`Install scripts: ${summary.installScripts.join(", ") || "none"}; none is run (.npmrc)`);
    if (holes === null) console.log("Known holes:     npm could not be asked");
    else if (holes)
      console.log(
        `Known holes:     ${holes.counts.total}${holes.names.length > 0 ? `: ${holes.names.join(", ")}` : ""}`,
      );
    if (args.includes("--list"))
      for (const { name, version, licence, bytes } of packages)
        console.log(`${name} ${version}\t${licence}\t${(bytes / 1e6).toFixed(1)} MB`);
    for (const sentence of over) console.log(`Beyond: ${sentence}`);
  }
  return over.length > 0 || (holes && holes.counts.total > 0) ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
