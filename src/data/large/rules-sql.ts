// The cleaning rules in SQL, for logs that do not fit. Rows stay where they are; each rule adds the numbers of those that go to a table.
//
// Tables: `left_rows` are the rows that are left: row, line, u and i (numbers that stand for user and item), time, duration, rating,
// NULL where unknown. `removed`: row, rule (its number in RULES).
import type { CleaningOptions } from "../options.js";
import { SAMPLES, type Touched } from "../report.js";
import { type Comparison, DAY, type Keep, RHYTHM, RULES } from "../rules.js";
import { type Database, double, type Value } from "./database.js";
import { keyOf } from "./key.js";

/**
 * Applies all rules to a table `rows` (row, line, kind, u, i, time, duration, rating).
 *
 * @returns one entry for each of RULES; afterwards the view `left_rows` holds what is left
 * @throws {RefrainError} DATABASE_FAILED
 */
export async function applyRules(database: Database, options: CleaningOptions): Promise<Touched[]> {
  await database.run("CREATE TEMP TABLE removed (row INTEGER, rule UTINYINT)");
  await database.run(
    "CREATE TEMP VIEW left_rows AS SELECT * FROM rows ANTI JOIN removed USING (row) WHERE kind IS NULL OR kind = 'r'",
  );
  for (const [number, rule] of RULES.entries())
    for (const step of rule.keep(options)) {
      const take = (gone: string) => database.run(`INSERT INTO removed SELECT row, ${number} FROM (${gone})`);
      await REMOVE[step.kind](step as never, take, database);
    }
  const found = await touched(database, "SELECT rule AS what, row FROM removed");
  return RULES.map((_, rule) => found.get(rule) ?? NOTHING);
}

const NOTHING: Touched = { count: 0, lines: [] };

/** How many rows a query gives for each `what`, and the lines of the first. @param rows gives what and row */
export async function touched(database: Database, rows: string): Promise<Map<Value, Touched>> {
  const groups = await database.rows(
    `SELECT what, count(*), array_to_string(list_sort(min(row, ${SAMPLES})), ',') FROM (${rows}) GROUP BY what`,
  );
  const first = groups.flatMap(([, , some]) => some);
  const known =
    first.length === 0 ? [] : await database.rows(`SELECT row, line FROM rows WHERE row IN (${first.join()})`);
  const lines = new Map(known.map(([row, line]) => [String(row), Number(line)]));
  const linesOf = (some: Value) =>
    String(some)
      .split(",")
      .map((row) => lines.get(row) ?? 0);
  return new Map(groups.map(([what, count, some]) => [what, { count: Number(count), lines: linesOf(some) }]));
}

const COMPARE: Readonly<Record<Comparison, (column: string, limit: string) => string>> = {
  "is not": (column, limit) => `${column} <> ${limit}`,
  "at least": (column, limit) => `coalesce(${column} >= ${limit}, false)`,
  "at most": (column, limit) => `coalesce(${column} <= ${limit}, false)`,
  "not below": (column, limit) => `coalesce(${column} >= ${limit}, true)`,
};
const COLUMN = { user: "u", item: "i", time: "time", duration: "duration", rating: "rating" } as const;

type Of<Kind> = Extract<Keep, { kind: Kind }>;
type Take = (gone: string) => Promise<void>;

const REMOVE: {
  readonly [Kind in Keep["kind"]]: (step: Of<Kind>, take: Take, database: Database) => Promise<void>;
} = {
  rows({ where }, take) {
    const all = where.map(([column, how, limit]) =>
      COMPARE[how](COLUMN[column], typeof limit === "string" ? keyOf(`'${limit}'`) : double(limit)),
    );
    return take(`SELECT row FROM left_rows WHERE NOT (${all.join(" AND ")})`);
  },

  async "no jump"({ share, plus, leastRows }, take, database) {
    const count = await database.number("SELECT count(*) FROM left_rows");
    if (count < leastRows) return;
    // Day by day from the end, so that only one day must be sorted.
    let late = count - 1 - Math.floor(share * (count - 1));
    const day = `floor(time / ${DAY})`;
    const days = await database.rows(`SELECT ${day} AS day, count(*) FROM left_rows GROUP BY day ORDER BY day DESC`);
    const plays = (at: number) => Number(days[at][1]);
    let at = 0;
    for (; late >= plays(at); at++) late -= plays(at);
    const limit = await database.number(
      `SELECT time FROM left_rows WHERE ${day} = ${days[at][0]} ORDER BY time DESC LIMIT 1 OFFSET ${late}`,
    );
    await take(`SELECT row FROM left_rows WHERE time > ${double(limit + plus)}`);
  },

  // Equal rows are few: their numbers are found first, in one column, and only rows with such a number are compared.
  "first of equal": (_, take) =>
    take(
      `WITH twins AS (SELECT hash(u, i, time) AS mark FROM left_rows GROUP BY mark HAVING count(*) > 1)
       SELECT row FROM (
         SELECT row, row_number() OVER (PARTITION BY u, i, time ORDER BY row) AS place
         FROM left_rows WHERE hash(u, i, time) IN (FROM twins))
       WHERE place > 1`,
    ),

  async people({ most }, take, database) {
    if ((await database.number("SELECT count(*) FROM left_rows WHERE isfinite(rating)")) > 0) return;
    await take(
      `WITH plays AS (
         SELECT u, lead(time, ${most}) OVER own - time AS span, round(time - lag(time) OVER own) AS gap
         FROM left_rows WINDOW own AS (PARTITION BY u ORDER BY time)),
       busy AS (SELECT DISTINCT u FROM plays WHERE span < ${DAY}),
       gaps AS (SELECT u, gap, count(*) AS n FROM plays WHERE gap IS NOT NULL GROUP BY u, gap),
       rhythm AS (
         SELECT u FROM gaps GROUP BY u
         HAVING sum(n) >= ${RHYTHM.plays} AND max(n) FILTER (gap % ${DAY} <> 0) > ${double(RHYTHM.share)} * sum(n))
       SELECT row FROM left_rows WHERE u IN (SELECT u FROM busy UNION SELECT u FROM rhythm)`,
    );
  },

  "change of item": (_, take) =>
    take(
      `SELECT row FROM (
         SELECT row, i, lag(i) OVER (PARTITION BY u ORDER BY time, row) AS before FROM left_rows)
       WHERE before = i`,
    ),

  async enough({ user, item }, take, database) {
    // Counts are made once; each round takes off the rows that went, which are ever fewer.
    await database.run(
      "CREATE TEMP TABLE plays_of AS SELECT 'u' AS what, u AS key, count(*) AS n FROM left_rows GROUP BY u",
    );
    await database.run("INSERT INTO plays_of SELECT 'i', i, count(*) FROM left_rows GROUP BY i");
    for (;;) {
      await database.run(
        `CREATE OR REPLACE TEMP TABLE scarce AS SELECT what, key FROM plays_of
         WHERE n > 0 AND n < CASE what WHEN 'u' THEN ${user} ELSE ${item} END`,
      );
      if ((await database.number("SELECT count(*) FROM scarce")) === 0) break;
      await database.run(
        `CREATE OR REPLACE TEMP TABLE going AS SELECT row, u, i FROM left_rows
         WHERE u IN (SELECT key FROM scarce WHERE what = 'u') OR i IN (SELECT key FROM scarce WHERE what = 'i')`,
      );
      await database.run(
        `CREATE OR REPLACE TEMP TABLE plays_of AS
         WITH gone AS (SELECT 'u' AS what, u AS key, count(*) AS n FROM going GROUP BY u
                       UNION ALL SELECT 'i', i, count(*) FROM going GROUP BY i)
         SELECT what, key, plays_of.n - coalesce(gone.n, 0) AS n FROM plays_of LEFT JOIN gone USING (what, key)
         WHERE plays_of.n > coalesce(gone.n, 0)`,
      );
      await take("SELECT row FROM going");
    }
    for (const table of ["plays_of", "scarce", "going"]) await database.run(`DROP TABLE IF EXISTS ${table}`);
  },
};
