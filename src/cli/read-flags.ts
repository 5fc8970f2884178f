// The flags that say how to read a log; the same for data, audit and train.
import { type Command, Option } from "commander";
import { SEPARATORS, TIME_UNITS } from "../data/index.js";

/** Flags that name the column of a role. */
const COLUMN_FLAGS: Readonly<Record<string, string>> = {
  user: "the user (or session)",
  item: "the item",
  time: "the time",
  order: "the position, where there is no time",
  day: "the day of the month",
  month: "the month",
  year: "the year",
  title: "the title",
  artist: "the artist",
  duration: "the milliseconds played",
  rating: "the rating",
};

/** Adds them. */
export function addReadOptions(command: Command): Command {
  for (const [role, meaning] of Object.entries(COLUMN_FLAGS))
    command.option(`--${role} <column>`, `column of ${meaning}`);
  return command
    .option("--split-column <column>", "column that says train, validation or test")
    .option("--titles-file <file>", "file with the titles of items, where the log has only ids")
    .option(
      "--encoding <name>",
      "text encoding, such as shift_jis, euc-kr, gb18030, where the one that is found is wrong",
    )
    .addOption(
      new Option("--format <name>", "how rows are written, where what is found is wrong").choices([
        "table",
        "json-lines",
        "json",
        "sequences",
        "parquet",
      ]),
    )
    .option("--separator <text>", `between the fields of a table: ${SEPARATORS.map(nameOf).join(" ")}`)
    .addOption(new Option("--time-unit <unit>", "how times are written").choices([...TIME_UNITS]))
    .option("--single-user", "the log is one person's and has no column of users")
    .option("--pseudonymise", "users become p1, p2, …; in a personal export items become s1, s2, … too")
    .option("--keep-titles", "with --pseudonymise: titles of a personal export stay")
    .option("--max-bad-share <share>", "share of unreadable rows above which cleaning refuses, 0 to 1", Number);
}

/** Adds the files of a split that came with the log. */
export function addPartOptions(command: Command): Command {
  return command
    .option("--validation <file>", "validation part of a given split; the log is then its training part")
    .option("--test <file>", "test part of a given split; the log is then its training part");
}

export interface ReadFlags {
  readonly titlesFile?: string;
  readonly encoding?: string;
  readonly format?: string;
  readonly separator?: string;
  readonly timeUnit?: string;
  readonly singleUser?: boolean;
  readonly pseudonymise?: boolean;
  readonly keepTitles?: boolean;
  readonly validation?: string;
  readonly test?: string;
  readonly splitColumn?: string;
  readonly maxBadShare?: number;
  readonly [name: string]: unknown;
}

/** The part `data` of a configuration that a command line gives, without the path. */
export function dataOf(flags: ReadFlags): Record<string, unknown> {
  const { encoding, format, separator, timeUnit, singleUser, pseudonymise, keepTitles, validation, test } = flags;
  const columns = Object.fromEntries(
    [...Object.keys(COLUMN_FLAGS).map((role) => [role, flags[role]] as const), ["split", flags.splitColumn] as const] //
      .filter(([, column]) => typeof column === "string"),
  );
  const given = {
    titles: flags.titlesFile,
    encoding,
    format,
    separator:
      separator === undefined ? undefined : (SEPARATORS.find((each) => nameOf(each) === separator) ?? separator),
    timeUnit,
    singleUser,
    pseudonymise,
    keepTitles,
    validation,
    test,
    ...(Object.keys(columns).length > 0 ? { columns } : {}),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The cleaning options that a command line gives. */
export function cleaningOf({ maxBadShare }: ReadFlags): { readonly maxBadShare?: number } {
  return maxBadShare === undefined ? {} : { maxBadShare };
}

/** A separator as it is typed. */
function nameOf(separator: string): string {
  return separator === "\t" ? "tab" : separator === " " ? "space" : separator;
}
