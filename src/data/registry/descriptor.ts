import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { ColumnMapping } from "../schema.js";

/** What a published figure was measured with, as its source tells it. */
export interface PublishedResult {
  readonly model: string;
  /** Such as { "HR@10": 0.2887 }. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Split, candidates and filters in words. */
  readonly protocol: string;
  readonly source: string;
}

/** Checksum that the publisher or a second independent source gives; null with the reason where none is known for sure. */
export type Checksum =
  | { readonly algorithm: "sha256" | "md5"; readonly value: string; readonly source: string }
  | { readonly value: null; readonly reason: string };

/** How a data set is measured by default: options of a run, and why. */
export interface RecommendedProtocol {
  readonly reason: string;
  readonly split?: { readonly kind: "auto" | "time" | "leave-one-out" };
  readonly protocol?: { readonly seen: "keep" | "remove" };
  readonly cleaning?: Readonly<Record<string, number | boolean | null>>;
  readonly data?: { readonly sessionGapMinutes: number };
}

/** A public data set: where it is, what it may be used for, and what its files mean. Bytes in bytes, not kilobytes. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly homepage: string;
  /** Addresses of one and the same file, best first. Empty where only a person can get it. */
  readonly sources: readonly string[];
  /** What a person does to get the file; null where it is downloaded. */
  readonly byHand: string | null;
  readonly size: { readonly bytes: number | null; readonly exact: boolean };
  readonly checksum: Checksum;
  readonly packing: "zip" | "tar" | "gzip" | "file";
  /** About what the members take; twice as much and 64 MiB is the bound against bombs. */
  readonly unpackedBytes: number;
  /** The only members that are unpacked, and the names they get. */
  readonly members: readonly { readonly from: string; readonly to: string; readonly required: boolean }[];
  /** The member that is the log. */
  readonly log: string;
  /** The member with the names of items, or null. */
  readonly titles: string | null;
  /** Name of the layout in `src/data/read/layouts`; null where columns are found by `columns` and their names. */
  readonly layout: string | null;
  readonly columns: ColumnMapping;
  /** Rows of the log where the publisher counts them. */
  readonly rows: number | null;
  readonly licence: string;
  readonly terms: string;
  readonly citation: string;
  readonly recommended: RecommendedProtocol;
  readonly published: readonly PublishedResult[];
  /** What one should know before training on it. */
  readonly note: string | null;
}

// Plain http is for tests against a server on the same machine only.
const address = z
  .string()
  .regex(/^(https:\/\/[^\s@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/\S*)?)$/, "needs https");
const fileName = z.string().regex(/^[\w][\w.-]{0,99}$/, "a plain file name");
const roles = [
  "user",
  "item",
  "time",
  "order",
  "day",
  "month",
  "year",
  "title",
  "artist",
  "duration",
  "rating",
] as const;
const bytes = z
  .number()
  .int()
  .positive()
  .max(2 ** 40);

/** Schema of `datasets/<name>/descriptor.json`; `z.toJSONSchema` gives its JSON schema. */
export const datasetSchema: z.ZodType<Dataset> = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, "small letters, digits and - only"),
    title: z.string().min(3),
    homepage: address.describe("Page of the publisher"),
    sources: z.array(address).max(8).describe("Addresses of the same file, best first; empty: by hand"),
    byHand: z.string().min(20).nullable().describe("Steps for a person; null where it is downloaded"),
    size: z
      .strictObject({ bytes: bytes.nullable(), exact: z.boolean() })
      .describe("Bytes of the file as it is fetched"),
    checksum: z.union([
      z.strictObject({
        algorithm: z.enum(["sha256", "md5"]),
        value: z.string().regex(/^([0-9a-f]{32}|[0-9a-f]{64})$/),
        source: z.string().min(5).describe("Who gives it"),
      }),
      z.strictObject({ value: z.null(), reason: z.string().min(10) }),
    ]),
    packing: z.enum(["zip", "tar", "gzip", "file"]),
    unpackedBytes: bytes.describe("About what the members take; twice as much and 64 MiB is the bound"),
    members: z
      .array(z.strictObject({ from: z.string().min(1), to: fileName, required: z.boolean().default(true) }))
      .min(1),
    log: fileName,
    titles: fileName.nullable().default(null),
    layout: z.string().nullable(),
    columns: z.partialRecord(z.enum(roles), z.string().min(1)).default({}),
    rows: z.number().int().positive().nullable(),
    licence: z.string().min(3),
    terms: z.string().min(20).describe("Shown and accepted once"),
    citation: z.string().min(20),
    recommended: z.strictObject({
      reason: z.string().min(10),
      split: z.strictObject({ kind: z.enum(["auto", "time", "leave-one-out"]) }).optional(),
      protocol: z.strictObject({ seen: z.enum(["keep", "remove"]) }).optional(),
      cleaning: z.record(z.string(), z.union([z.number(), z.boolean(), z.null()])).optional(),
      data: z.strictObject({ sessionGapMinutes: z.number().positive() }).optional(),
    }),
    published: z.array(
      z.strictObject({
        model: z.string().min(2),
        metrics: z.record(z.string(), z.number().min(0).max(1)),
        protocol: z.string().min(5),
        source: z.string().min(5),
      }),
    ),
    note: z.string().nullable(),
  })
  .superRefine((dataset, context) => {
    const targets = dataset.members.map(({ to }) => to);
    for (const [field, name] of Object.entries({ log: dataset.log, titles: dataset.titles }))
      if (name !== null && !targets.includes(name))
        context.addIssue({ code: "custom", path: [field], message: `"${name}" is not among the members` });
    if (new Set(targets).size < targets.length)
      context.addIssue({ code: "custom", path: ["members"], message: "two members would get one name" });
    if ((dataset.sources.length === 0) !== (dataset.byHand !== null))
      context.addIssue({ code: "custom", path: ["byHand"], message: "needed exactly where there are no sources" });
  })
  .describe("A public data set") as unknown as z.ZodType<Dataset>;

/** A descriptor with the defaults filled in. @throws {RefrainError} CONFIG_INVALID naming the field */
export function parseDataset(name: string, descriptor: unknown): Dataset {
  return parseConfig(name, datasetSchema, descriptor);
}
