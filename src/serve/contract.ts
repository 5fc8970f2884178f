// What the service takes and gives. Requests are checked against it, and OpenAPI is made from it.
import { z } from "@hono/zod-openapi";
import type { PlayAnswer } from "./listeners.js";

/** Longest id of a user or an item, in characters. */
const LONGEST_ID = 300;
/** Longest list. */
export const MOST_ITEMS = 1000;
/** Seconds that a play may lie ahead, for clocks that are not quite right. */
const AHEAD = 86_400;

const id = (description: string, example: string): z.ZodString =>
  z
    .string()
    .min(1)
    .max(LONGEST_ID)
    // A lone surrogate cannot be written as UTF-8, so two different names would become one.
    .refine((text) => !/\p{Surrogate}/u.test(text), "is no well-formed text")
    .openapi({ description, example });

export const userParams: z.ZodObject<{ user: z.ZodString }> = z.object({
  user: id("Id of the listener, as in the log; any other is a new one", "u01964"),
});

export const playBody: z.ZodType<{ item: string; time?: number }> = z
  .strictObject({
    item: id("Id of what was played, as in the log", "s0001"),
    time: z
      .number()
      .min(0)
      .refine((time) => time <= Date.now() / 1000 + AHEAD, "lies more than a day ahead")
      .optional()
      .openapi({
        description:
          "When it was played, in seconds since 1970; now, where left out. A request that is sent again with its time counts once.",
        example: 1_764_500_000,
      }),
  })
  .openapi("Play");

export const playReply: z.ZodType<PlayAnswer> = z
  .object({
    plays: z.number().int().openapi({ description: "Plays of the listener that are kept" }),
    known: z
      .boolean()
      .openapi({ description: "False where the model does not know the item; the play is kept all the same" }),
    repeated: z.boolean().openapi({ description: "True where this play was there already" }),
  })
  .openapi("PlayReply");

export const listQuery: z.ZodObject<{
  k: z.ZodDefault<z.ZodCoercedNumber>;
  seen: z.ZodDefault<z.ZodEnum<{ keep: "keep"; remove: "remove" }>>;
}> = z.object({
  k: z.coerce.number().int().min(1).max(MOST_ITEMS).default(10).openapi({ description: "Length of the list" }),
  seen: z
    .enum(["keep", "remove"])
    .default("keep")
    .openapi({ description: "remove leaves out what was heard before; music usually keeps it" }),
});

export const listReply: z.ZodType<{
  user: string;
  model: string;
  items: { rank: number; item: string; title: string; score: number }[];
}> = z
  .object({
    user: z.string(),
    model: z.string().openapi({ description: "Run of the model that answered" }),
    items: z.array(
      z.object({
        rank: z.number().int(),
        item: z.string(),
        title: z.string(),
        score: z.number().openapi({ description: "Higher is likelier; on the model's own scale" }),
      }),
    ),
  })
  .openapi("List");

export const forgetReply: z.ZodType<{ plays: number }> = z
  .object({ plays: z.number().int().openapi({ description: "Plays that were removed" }) })
  .openapi("Forgotten");

export const modelReply: z.ZodType<{
  run: string;
  fingerprint: string;
  items: number;
  users: number;
  search: "exact" | "approximate";
}> = z
  .object({
    run: z.string(),
    fingerprint: z.string().openapi({ description: "SHA-256 of the model's file" }),
    items: z.number().int(),
    users: z.number().int(),
    search: z
      .enum(["exact", "approximate"])
      .openapi({ description: "How lists are found now; exact until the graph of a large catalogue is built" }),
  })
  .openapi("Model");

export const modelBody: z.ZodType<{ run?: string; sha256?: string }> = z
  .strictObject({
    run: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .openapi({ description: "Id of a finished run; the newest one where left out" }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .optional()
      .openapi({ description: "What its fingerprint must be" }),
  })
  .openapi("NewModel");

export const healthReply: z.ZodType<{ status: "ok" }> = z.object({ status: z.literal("ok") }).openapi("Health");
