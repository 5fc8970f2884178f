// The one table of split kinds: what the schema allows, what the command line says and what a run does.
import { z } from "zod";
import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";
import { toSessions } from "./sessions.js";
import { leaveLastOut, momentsByDays, momentsByShare, splitByTime, type Targets } from "./split.js";
import { holdOutUsers, sessionStarts, splitSessions } from "./split-apart.js";
import { splitAsGiven } from "./split-given.js";

/** How a log is cut in train, validation and test; what each field means stands in `splitSchema`. */
export interface SplitConfig {
  readonly kind: "auto" | SplitKind;
  readonly validationShare: number;
  readonly testShare: number;
  readonly days: number | null;
  readonly targets: Targets;
  readonly lastPlays: number;
  readonly seed: number;
  readonly support: "all" | "train";
}

/** What the choice of a split needs to know besides the log. */
export interface SplitContext {
  /** A pause longer than this ends a session; null: 30 where sessions are needed. */
  readonly sessionGapMinutes: number | null;
  /** True where the users of the log are sessions already. */
  readonly usersAreSessions: boolean;
  /** Part of each event, where the log came with a split: 0 train, 1 validation, 2 test. @shape uint8 [E] */
  readonly parts?: Uint8Array;
}

export interface SplitRow {
  readonly meaning: string;
  /** True where training plays from after a test play are possible, so that a cut in time is worth comparing with. */
  readonly mixesTimes: boolean;
  /** True where `auto` takes this kind; the first row of the table that says so wins. */
  readonly isNatural: (log: EventLog, context: SplitContext) => boolean;
  readonly cut: (log: EventLog, config: SplitConfig, context: SplitContext) => SplitLog;
}

export type SplitKind = "given" | "sessions" | "time" | "leave-one-out" | "leave-last-n" | "users";

/** What most papers take where nobody says what a pause is. */
const USUAL_GAP = 30;

const never = () => false;

export const SPLIT_KINDS: Readonly<Record<SplitKind, SplitRow>> = {
  given: {
    meaning: "the parts that came with the log: --validation and --test files, or a column `split`",
    mixesTimes: false,
    isNatural: (_, { parts }) => parts !== undefined,
    cut(log, { validationShare }, { parts }) {
      if (parts) return splitAsGiven(log, parts, validationShare);
      throw new RefrainError("SPLIT_INVALID", "split.kind given needs --test, or a column `split`; there is neither.");
    },
  },
  sessions: {
    meaning: "sessions by the time they start; the plays of one session stay together",
    mixesTimes: false,
    isNatural: (log) => log.hasTimes && (log.owners?.ids ?? log.userIds).length === 1,
    cut(log, config, { sessionGapMinutes, usersAreSessions }) {
      const isCut = log.owners !== undefined || (usersAreSessions && sessionGapMinutes === null);
      if (!isCut && !log.hasTimes)
        throw new RefrainError("SPLIT_INVALID", "split.kind sessions needs times, and the log has only an order.");
      const gap = sessionGapMinutes ?? USUAL_GAP;
      const sessions = isCut ? log : toSessions(log, gap);
      const split = splitSessions(sessions, ...moments(sessions, sessionStarts(sessions), config));
      const how = sessions.owners ? `a pause over ${gap} min starts one` : "as the log names them";
      return { ...split, description: `${split.description}; ${how}` };
    },
  },
  time: {
    meaning: "one moment cuts all users",
    mixesTimes: false,
    isNatural: (log) => log.hasTimes,
    cut: (log, config) => splitByTime(log, ...moments(log, log.times, config), config.targets),
  },
  "leave-one-out": {
    meaning: "the last play of each user",
    mixesTimes: true,
    isNatural: () => true,
    cut: (log) => leaveLastOut(log, 1),
  },
  "leave-last-n": {
    meaning: "the last plays of each user, lastPlays of them",
    mixesTimes: true,
    isNatural: never,
    cut: (log, { lastPlays }) => leaveLastOut(log, lastPlays),
  },
  users: {
    meaning: "whole users, drawn by the seed; their last plays, lastPlays of them",
    mixesTimes: true,
    isNatural: never,
    cut: (log, { validationShare, testShare, lastPlays, seed }) =>
      holdOutUsers(log, validationShare, testShare, lastPlays, seed),
  },
};

const KINDS = Object.keys(SPLIT_KINDS) as SplitKind[];

/** Every choice about the split, with its meaning, range and default. */
export const splitSchema: z.ZodType<SplitConfig, Partial<SplitConfig>> = z
  .strictObject({
    kind: z
      .enum(["auto", ...KINDS])
      .default("auto")
      .describe(
        `Test part: ${KINDS.map((kind) => `${kind}: ${SPLIT_KINDS[kind].meaning}`).join(". ")}. auto: given if there is a given split, sessions for one person's log with times, time where there are times, else leave-one-out`,
      ),
    validationShare: z.number().gt(0).lt(1).default(0.1).describe("Share of events (of users, for kind users)"),
    testShare: z.number().gt(0).lt(1).default(0.1).describe("The same for the test"),
    days: z
      .number()
      .gt(0)
      .max(36_500)
      .nullable()
      .default(null)
      .describe(
        "Length of test and of validation in kinds time and sessions, instead of the shares; 1 is the last day",
      ),
    targets: z
      .enum(["successive", "last"])
      .default("successive")
      .describe("Kind time: every play of a part is asked for, or only each user's last"),
    lastPlays: z.number().int().min(1).max(10_000).default(1).describe("n, for kinds leave-last-n and users"),
    seed: z.number().int().min(0).default(1).describe("Draws the users of kind users"),
    support: z
      .enum(["all", "train"])
      .default("all")
      .describe("Where minimumUserPlays and minimumItemPlays count: in the whole log, or in the training part alone"),
  })
  .refine(({ validationShare, testShare }) => validationShare + testShare < 1, "the shares together must be below 1")
  .describe("How the log is cut in train, validation and test") as unknown as z.ZodType<
  SplitConfig,
  Partial<SplitConfig>
>;

/** The kind that a configuration means for a log. */
export function splitKind(log: EventLog, { kind }: SplitConfig, context: SplitContext): SplitKind {
  return kind === "auto" ? (KINDS.find((each) => SPLIT_KINDS[each].isNatural(log, context)) as SplitKind) : kind;
}

/**
 * Cuts a log as a configuration says. The same log and configuration give the same bytes.
 *
 * @throws {RefrainError} SPLIT_INVALID when the log cannot be cut so; EMPTY_CASES when a part would be empty
 */
export function splitLog(log: EventLog, config: SplitConfig, context: SplitContext): SplitLog {
  return SPLIT_KINDS[splitKind(log, config, context)].cut(log, config, context);
}

/** [validationFrom, testFrom] by days or shares. */
function moments({ hasTimes }: EventLog, times: Float64Array, config: SplitConfig): [number, number] {
  const { days, validationShare, testShare } = config;
  if (days === null) return momentsByShare(times, validationShare, testShare);
  if (hasTimes) return momentsByDays(times, days);
  throw new RefrainError("SPLIT_INVALID", `split.days is ${days}, and the log has only an order and no times.`);
}
