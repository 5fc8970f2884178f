// The audit of real logs. They are not part of the project; where they are absent these tests are skipped and say so.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { auditData, runConfig } from "../../src/recipes/index.js";
import { isLongRun } from "../support/cli.js";
import { byCode, loud } from "./audit-helpers.js";

const DATA = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const MISSING = !existsSync(DATA);
if (MISSING) console.warn(`Skipped: the real logs are not at ${DATA}, so auditing them is not tested.`);

const LATEST = { latest: Date.UTC(2027, 0, 1) / 1000 };

interface Expectation {
  readonly path: string;
  readonly titles?: string;
  readonly split?: "leave-one-out";
  /** Codes of problems and warnings, the worst first. */
  readonly loud: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

const LOGS: readonly Expectation[] = [
  {
    path: "ml-100k/ml-100k.inter",
    titles: "ml-100k/ml-100k.item",
    loud: ["tied-times", "test-ties", "cold-test-users"],
    counts: { "tied-times": 50_449, "cold-test-users": 8576, "near-duplicate-titles": 17, repeats: 0 },
  },
  {
    path: "ml-100k/ml-100k.inter",
    split: "leave-one-out",
    loud: ["tied-times", "future-plays", "shared-sessions", "test-ties"],
    counts: { "future-plays": 97_104, "shared-sessions": 886, "time-cut": 777 },
  },
  { path: "ml-1m/ml-1m.txt.gz", loud: [], counts: { "no-times": 999_611, "test-size": 6040 } },
  {
    path: "lastfm-s3rec/LastFM.txt",
    titles: "lastfm-s3rec/item2artist.tsv",
    loud: ["near-duplicate-titles"],
    counts: { "near-duplicate-titles": 2 },
  },
  {
    path: "hetrec-lastfm-2k/user_taggedartists.dat.gz",
    titles: "hetrec-lastfm-2k/artists.dat",
    loud: [
      ...["duplicates", "tied-times", "test-ties", "clock", "near-duplicate-titles", "coarse-times", "sorted-items"],
      ...["cold-items", "tied-signal", "vocabulary-from-test", "unknown-items", "cold-test-users"],
    ],
    counts: { duplicates: 101_463, clock: 5, "coarse-times": 80_946, "sorted-items": 71_905 },
  },
  {
    path: "jpop-setlists/events.tsv",
    loud: [
      ...["missing-fields", "spelling-variants", "near-duplicate-titles", "cold-items"],
      ...["vocabulary-from-test", "unknown-items", "cold-test-users"],
    ],
    counts: { "missing-fields": 36, "spelling-variants": 1, "near-duplicate-titles": 9, "cold-test-users": 416 },
  },
  {
    path: "rsc15-100k/yoochoose-clicks-100k_train_full.txt",
    loud: ["duplicates", "cold-users", "consecutive-repeats", "cold-test-users"],
    counts: { duplicates: 1, "consecutive-repeats": 11_184 },
  },
  { path: "amazon-beauty/Beauty.txt", loud: [], counts: { "unknown-items": 138 } },
];
/** Logs of 100,000 rows and more wait for the long run. */
const waits = (path: string) => !/^(jpop-setlists|lastfm-s3rec)/.test(path) && !isLongRun;

describe.skipIf(MISSING)(`the audit of real logs (needs ${DATA})`, () => {
  test.for(LOGS.map((one) => ({ kind: one.split ?? ("auto" as const), ...one })))(
    "$path, split $kind",
    async (expected, { skip }) => {
      const { path, kind } = expected;
      skip(waits(path), "needs REFRAIN_FULL=1");
      const titles = expected.titles ? `${DATA}${expected.titles}` : null;
      const config = runConfig({ data: { path: `${DATA}${path}`, titles }, cleaning: LATEST, split: { kind } });
      const { findings } = await auditData(config);
      expect(loud(findings)).toEqual(expected.loud);
      const found = byCode(findings);
      const counts = Object.keys(expected.counts).map((code) => [code, found[code]?.count]);
      expect(Object.fromEntries(counts)).toEqual(expected.counts);
    },
  );
});
