import { z } from "zod";

/** What counts as dirt; what each field means stands in `cleaningSchema`. Times in seconds since 1970. */
export interface CleaningOptions {
  readonly earliest: number;
  readonly latest: number;
  readonly minimumDurationMs: number;
  readonly minimumRating: number | null;
  readonly maximumPlaysPerDay: number;
  readonly dropConsecutiveRepeats: boolean;
  readonly minimumUserPlays: number;
  readonly minimumItemPlays: number;
  readonly maxBadShare: number;
  readonly hasTimes: boolean;
}

/** Every choice of cleaning, with its meaning, range and default. */
export const cleaningSchema: z.ZodType<CleaningOptions, Partial<CleaningOptions>> = z
  .strictObject({
    earliest: z.number().min(-62_135_596_800).default(631_152_000).describe("Earliest believable time; 1990-01-01"),
    latest: z
      .number()
      .max(253_402_300_799)
      .default(() => Math.floor(Date.now() / 1000) + 86_400)
      .describe("Latest believable time; tomorrow"),
    minimumDurationMs: z
      .number()
      .min(0)
      .default(30_000)
      .describe("Plays shorter than this are skips; only where known"),
    minimumRating: z.number().nullable().default(null).describe("Ratings below this are left out; null keeps all"),
    maximumPlaysPerDay: z
      .number()
      .int()
      .min(0)
      .default(500)
      .describe("A user with more in any 24 hours is a bot; 0 keeps bots"),
    dropConsecutiveRepeats: z.boolean().default(false).describe("Leave out a play of the item that was just played"),
    minimumUserPlays: z.number().int().min(1).default(3).describe("Users with fewer plays are left out"),
    minimumItemPlays: z.number().int().min(1).default(2).describe("Items with fewer plays are left out"),
    maxBadShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Share of unreadable rows above which cleaning refuses"),
    hasTimes: z.boolean().default(true).describe("Set by the reader: false where the log has only an order"),
  })
  .describe("What counts as dirt in a log");
