import { z } from "zod";

/** A technique by name, with options that differ from its defaults. */
export interface BaselineChoice {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The same as people write it: a name alone, or with options. */
export type BaselineInput = string | { readonly name: string; readonly options?: Readonly<Record<string, unknown>> };

/** Reads either form; the registry knows whether there is such a technique. */
export const choiceSchema: z.ZodType<BaselineChoice, BaselineInput> = z.union([
  z.string().transform((name) => ({ name, options: {} })),
  z.strictObject({ name: z.string(), options: z.record(z.string(), z.unknown()).default({}) }),
]);
