import type { z } from "zod";
import { RefrainError } from "./errors.js";

/** Parses options by a schema; a wrong one becomes one readable sentence. @throws {RefrainError} CONFIG_INVALID */
export function parseConfig<T>(name: string, schema: z.ZodType<T>, options: unknown): T {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${[name, ...issue.path].join(".")}: ${issue.message}`);
  throw new RefrainError("CONFIG_INVALID", `${issues.join("; ")}.`, { issues });
}
