// The compose and Kubernetes files of docs/tune.md, as a container engine would read them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "./cli.js";

const service = z.strictObject({
  image: z.string(),
  working_dir: z.string().optional(),
  command: z.string(),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(:ro)?$/)),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  restart: z.enum(["no", "always", "on-failure", "unless-stopped"]).optional(),
  deploy: z.strictObject({ replicas: z.number().int() }).optional(),
  depends_on: z.array(z.string()).optional(),
});

/** The keys of the Compose specification that the file uses; any other is a slip. */
const composeFile = z.strictObject({
  services: z.strictObject({ redis: service, worker: service, tune: service }),
  volumes: z.record(z.string(), z.strictObject({})),
});

const quantities = z.partialRecord(z.enum(["cpu", "memory"]), z.string().regex(/^\d+(Mi|Gi)?$/));

/** The same of Kubernetes' batch/v1 Job. */
const jobFile = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9-]+$/) }),
  spec: z.strictObject({
    parallelism: z.number().int(),
    completions: z.number().int(),
    backoffLimit: z.number().int(),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.enum(["OnFailure", "Never"]),
        terminationGracePeriodSeconds: z.number().int(),
        containers: z.tuple([
          z.strictObject({
            name: z.string(),
            image: z.string(),
            workingDir: z.string(),
            command: z.array(z.string()),
            env: z.array(
              z.strictObject({
                name: z.string(),
                valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
              }),
            ),
            resources: z.strictObject({ requests: quantities, limits: quantities }),
            volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string().startsWith("/") })),
          }),
        ]),
        volumes: z.array(
          z.strictObject({ name: z.string(), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
        ),
      }),
    }),
  }),
});

export const [compose, job] = (() => {
  const text = readFileSync(join(ROOT, "docs/tune.md"), "utf8");
  const [first, second] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => parse(yaml) as unknown);
  return [composeFile.parse(first), jobFile.parse(second)] as const;
})();

/** The words of a command of the compose file, with values for its variables. */
export const wordsOf = (command: string, variables: Readonly<Record<string, string>>): string[] =>
  command
    .replace(/\$\{(\w+)\}/g, (_, name: string) => {
      if (!(name in variables)) throw new Error(`No value for ${name}.`);
      return variables[name];
    })
    .split(/\s+/);

/** Where each path of a service's containers lies: in a folder of this machine, or in a named volume. */
export function mountsOf(service: {
  readonly volumes: readonly string[];
}): { from: string; to: string; readOnly: boolean }[] {
  return service.volumes.map((text) => {
    const [from, to, mode] = text.split(":");
    return { from, to, readOnly: mode === "ro" };
  });
}
