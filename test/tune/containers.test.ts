// The compose and Kubernetes files of docs/tune.md were never run in a container. What can be known without one is checked here:
// their keys, that each name leads somewhere, and that each command is one that Refrain takes. test/full/containers.test.ts runs them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeLog } from "../../src/data/index.js";
import { ROOT, withFolder } from "../support/cli.js";
import { compose, job, mountsOf, wordsOf } from "../support/containers.js";
import { refrainIn } from "../support/refrain.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

const { version, engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
  engines: { node: string };
};
const [container] = job.spec.template.spec.containers;
const PASSWORD = { REDIS_PASSWORD: "secret" };
const commands: [string, string[]][] = [
  ["compose worker", wordsOf(compose.services.worker.command, PASSWORD)],
  ["compose tune", wordsOf(compose.services.tune.command, PASSWORD)],
  ["Kubernetes worker", container.command],
];

describe("commands", () => {
  test.each(commands)("%s is one that Refrain takes", async (_, [node, script, ...args]) => {
    expect(node).toBe("node");
    expect(existsSync(join(ROOT, script))).toBe(true);
    // Nothing answers at that address, which is said only where all flags and values were taken.
    const here: Record<string, string> = { "/shared": "%/shared", "/data/plays.csv": "%/plays.csv" };
    const words = args
      .slice(args[0] === "--runs" ? 2 : 0) // which the test gives itself
      .map((word) => (/^redis:|^\$\(REDIS_URL\)$/.test(word) ? "redis://127.0.0.1:1" : (here[word] ?? word)));
    const { code, stderr } = await withFolder((folder) => {
      writeLog(dated(markovWorld({ users: 60, items: 20, plays: 20 }).log), join(folder, "plays.csv"));
      return refrainIn(folder, ...words);
    });
    expect(stderr).toMatch(/^Error QUEUE_UNAVAILABLE: No Redis at /);
    expect(code).toBe(3);
  });

  test.each(commands)("each flag of %s is in its help", async (_, [, , ...args]) => {
    const name = args.find((word) => word === "worker" || word === "tune") as string;
    const help = (await refrainIn("", name, "--help")).stdout + (await refrainIn("", "--help")).stdout;
    for (const flag of args.filter((word) => word.startsWith("--"))) expect(help).toMatch(new RegExp(`${flag} <`));
  });
});

describe("compose", () => {
  const { redis, worker, tune } = compose.services;

  test("services and volumes that are named are there, and nothing else", () => {
    for (const { depends_on: others = [] } of [worker, tune])
      for (const other of others) expect(Object.keys(compose.services)).toContain(other);
    const named = [redis, worker, tune].flatMap(mountsOf).map(({ from }) => from);
    expect(new Set(named.filter((from) => !from.startsWith(".")))).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test.each([worker, tune])("paths of the command are mounted, and those that are written to may be", (service) => {
    const mounts = mountsOf(service);
    const paths = wordsOf(service.command, PASSWORD).filter((word) => word.startsWith("/"));
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const mount = mounts.find(({ to }) => to === path);
      expect([path, mount?.readOnly]).toEqual([path, path.startsWith("/data")]);
    }
    expect(mounts).toContainEqual({ from: ".", to: service.working_dir, readOnly: true });
  });

  test("worker and tune have one shared folder, one address and one password of Redis", () => {
    const of = (service: typeof worker, flag: string) => {
      const words = wordsOf(service.command, PASSWORD);
      return words[words.indexOf(flag) + 1];
    };
    for (const flag of ["--queue", "--shared"]) expect(of(worker, flag)).toBe(of(tune, flag));
    const url = new URL(of(worker, "--queue"));
    expect(compose.services).toHaveProperty(url.hostname);
    expect([url.protocol, url.port, url.password]).toEqual(["redis:", "6379", PASSWORD.REDIS_PASSWORD]);
    expect(wordsOf(redis.command, PASSWORD).slice(-2)).toEqual(["--requirepass", PASSWORD.REDIS_PASSWORD]);
    expect(mountsOf(redis)[0].to).toBe("/data"); // where the image's Redis keeps its files
  });

  test("images: a Node that the project takes, one for both", () => {
    expect(worker.image).toBe(tune.image);
    const [, major] = /^node:(\d+)$/.exec(worker.image) as RegExpExecArray;
    expect(Number(major)).toBeGreaterThan(Number(/^>=(\d+)/.exec(engines.node)?.[1]));
  });
});

describe("Kubernetes", () => {
  const { spec } = job.spec.template;

  test("variables, volumes and sizes agree", () => {
    const used = container.command.flatMap((word) => /^\$\((\w+)\)$/.exec(word)?.[1] ?? []);
    expect(container.env.map(({ name }) => name)).toEqual(used);
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(spec.volumes.map(({ name }) => name));
    expect(container.command).toContain(container.volumeMounts[0].mountPath);
    expect(job.spec.completions).toBe(job.spec.parallelism);
    expect(container.image).toBe(`refrain:${version}`);
  });

  test("a worker without work ends by itself, for a job has to", () => {
    const at = container.command.indexOf("--idle");
    expect(Number(container.command[at + 1])).toBe(600);
  });
});
