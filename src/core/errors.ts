// The one table of coded errors. A test triggers every row.

/** Code of each error and the remedy printed below it. */
export const ERROR_TABLE = {
  FILE_NOT_FOUND: "Check the path. Relative paths start from the folder where you run the command.",
  FILE_UNREADABLE: "Check the permissions, and that it is a log, or a folder or zip file with one in it.",
  FILE_EMPTY: "Give a log with a header line and at least one row.",
  FILE_BINARY: "Give a log as text (CSV, TSV, JSON) or Parquet, as it is, gzipped, or in a zip file or folder.",
  FILE_TRUNCATED: "The file ends too early. Copy or download it again.",
  FILE_DAMAGED: "The file is not intact. Copy or download it again.",
  FILE_TOO_LARGE:
    "Check that this is the right file; if it is, pass --data-engine duckdb, which has no such bound, or cut the log.",
  FILE_TOO_WIDE: "A line (1 MiB) or JSON object (8 MiB) is too long. Check line ends, closed quotes and brackets.",
  CHECKSUM_MISMATCH: "The simulator must give the same bytes everywhere. Please report this with your Node version.",
  FILE_WRITE_FAILED: "Check free disk space and permissions of the target folder.",
  COLUMN_UNKNOWN: "Name the columns yourself, for example --user user_id --item track --time ts.",
  COLUMN_AMBIGUOUS: "Say which one is meant, for example --time started_at.",
  NO_EVENTS_LEFT: "See the cleaning table for the rule that removed most, and relax it.",
  TOO_MANY_BAD_ROWS: "Check the separator, the encoding and the column names, or pass --max-bad-share 0.5.",
  TOO_LITTLE_DATA: "Training needs at least 2 users or sessions with 3 plays each, and 2 different items.",
  CONFIG_INVALID: "Correct the named option. `refrain train --print-schema` shows what is allowed.",
  ARGUMENT_INVALID: "Correct the named argument.",
  TOO_MANY_ITEMS: "Use ials or item-knn, or raise the minimum of plays per item.",
  SHAPE_MISMATCH: "Check that the arrays belong to the same log, split or model.",
  DATABASE_UNAVAILABLE: "Run `npm run setup` again without --omit=optional, or choose REFRAIN_DATA_ENGINE=memory.",
  DATABASE_FAILED:
    "Check free disk space in the folder for temporary files; REFRAIN_DATA_ENGINE=memory works without it.",
  ENGINE_UNAVAILABLE: "Run `npm run setup -- --retry`, or use REFRAIN_ENGINE=wasm.",
  ENGINE_NOT_STARTED: "Call `await startEngine()` once, before the first model is made or loaded.",
  LOSS_NOT_FINITE: "Lower the learning rate or the clip norm; check the log for extreme values.",
  CHECKPOINT_DAMAGED: "Resume uses the checkpoint before it. If none is left, train again.",
  CHECKPOINT_MISMATCH:
    "Resume with the same data, configuration, engine and version of Refrain as the run was started with, or train again.",
  RUN_NOT_FOUND: "`refrain runs` lists the runs that are here.",
  RUN_DAMAGED: "The run folder misses a file or one does not match its checksum. Train again.",
  RUN_TOO_NEW: "Update Refrain, or train again.",
  RUN_TOO_OLD: "Train again, or open it with the version of Refrain that wrote it.",
  RUN_BUSY: "Another process is training this run. Wait for it, or stop it.",
  TITLE_UNKNOWN: "Try one of the suggestions, or `refrain recommend --search WORD`.",
  USER_UNKNOWN: "`refrain recommend --users` lists some; leave --user out for a new listener.",
  DATASET_UNKNOWN: "`refrain data list` shows the names.",
  DATASET_MISSING: "`refrain data get` downloads it, or takes a file with --from; REFRAIN_DATA names another folder.",
  DATASET_BY_HAND: "Fetch the file as told, then run `refrain data get` with its name and --from FILE.",
  DATASET_CHANGED:
    "Nothing was kept. Try again later, another copy with --from, or --accept-change if that is allowed.",
  DATASET_DAMAGED: "Remove the named file if it is there, then run `refrain data get` with --again, or --from FILE.",
  DATASET_BUSY: "Wait for the other process, or stop it.",
  TERMS_NOT_ACCEPTED: "Read the terms with `refrain data list NAME`; if you agree, run again with --accept-terms.",
  DOWNLOAD_FAILED:
    "Check the network and HTTPS_PROXY, and run again: it goes on where it stopped. Or fetch the file yourself and name it; `data get` takes it with --from FILE.",
  DOWNLOAD_REFUSED:
    "The address is not what it was. Fetch the file yourself and name it; `data get` takes it with --from FILE.",
  ADDRESS_REFUSED:
    "Check the address. For s3:// set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), AWS_REGION, or AWS_ENDPOINT_URL for another service.",
  DISK_FULL:
    "Free some space, or use a folder on another disk (--runs for runs, REFRAIN_DATA for data sets), and try again.",
  ARCHIVE_UNSAFE: "Do not unpack this file by hand either; get it from the publisher.",
  ARCHIVE_INCOMPLETE: "Check that it is the file of this data set and of this version.",
  STUDY_MISMATCH:
    "Name another file with --study, or leave it out; to go on with this one, give the options, the log and the version that it was begun with.",
  STUDY_UNREADABLE: "Check the path: it must be a study of `refrain tune`, or a file that is not there yet.",
  STUDY_EMPTY: "Correct what the reasons name, or narrow the space, such as to lower learning rates.",
  QUEUE_UNAVAILABLE: "Start Redis (Debian: apt-get install redis-server), and check address, password and firewall.",
  SPLIT_INVALID:
    "Choose another split.kind, or correct the parts of the log. `refrain train --print-schema` lists the kinds.",
  DISPLAY_MISSING: "Run this in a notebook of `npm run lab`, or give a display with `useChannel`.",
  MODEL_CHANGED: "Get the model anew from where its SHA-256 was told, or leave the check out.",
  STATE_BUSY: "Stop that server first, or ask it: DELETE /v1/users/ID. Another server needs another --state folder.",
  STATE_DAMAGED: "Restore the file from a copy. What stands before the named line is whole.",
  STORE_UNAVAILABLE:
    "Nothing was acknowledged. Check free disk space, or that Redis runs and writes each command, and send again.",
  ADDRESS_UNUSABLE: "Choose another --port or --host, or stop what listens there.",
  EXPORT_UNSUPPORTED: "Choose another --to or --quantise, or train with model options that docs/deploy.md names.",
  EXPORT_EXISTS: "Choose another --out, or pass --replace.",
  SEARCH_UNAVAILABLE: "Run `npm run setup` again without --omit=optional, or use exact search.",
  EMPTY_CASES: "Use a later cut, or a log in which users have more plays.",
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/** An error that a person can act on: what was expected, what was found, where, and one remedy. */
export class RefrainError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code     row of `ERROR_TABLE`
   * @param message  subject, expectation, found value, place; one sentence, no remedy
   * @param details  values for machines, such as `{ path, line }`
   */
  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "RefrainError";
    this.code = code;
    this.details = details;
  }

  get remedy(): string {
    return ERROR_TABLE[this.code];
  }
}
