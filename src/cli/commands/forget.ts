import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { RefrainError } from "../../core/errors.js";
import { text } from "../messages.js";
import { count, formatTable, type Output, printJson, say } from "../output.js";

interface ForgetFlags {
  readonly user?: readonly string[];
  readonly userFile?: string;
  readonly log?: readonly string[];
  readonly exports: string;
  readonly state?: string;
  readonly store?: "memory" | "sqlite" | "redis";
  readonly redis?: string;
  readonly yes?: boolean;
}

/** `refrain forget` */
export function addForgetCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("forget")
    .description("remove a listener's plays from logs, runs and serving state; without --yes it only tells")
    .option("-u, --user <id...>", "ids of listeners, as in the log")
    .option("--user-file <file>", "file with one id a line")
    .option("--log <file...>", "logs, clean logs and tables by user beside those that the runs name")
    .option("--exports <folder>", "exported models: files that name the listener are told, not changed", "exports")
    .option("--state <folder>", "state folder of refrain serve; .serving below the runs when left out")
    .addOption(
      new Option("--store <kind>", "a store to look into, found by its files when left out").choices([
        "memory",
        "sqlite",
        "redis",
      ]),
    )
    .option("--redis <url>", "address of Redis, where a server keeps plays there")
    .option("--yes", "remove it")
    .addHelpText(
      "after",
      `
Examples:
  refrain forget --user u01964                        what is kept of a listener, and what --yes would remove
  refrain forget --user u01964 --yes                  remove it
  refrain forget --user-file gone.txt --log export.csv --yes

Logs are changed in place, in one step each; a copy that you made elsewhere is not found. A running server is asked itself:
  curl -X DELETE localhost:8080/v1/users/u01964
Exit code 3: something stays that has to be removed by hand.`,
    )
    .action(async (flags: ForgetFlags) => {
      const code = await forget(flags, runs(), output());
      if (code > 0) process.exitCode = code;
    });
}

async function forget(flags: ForgetFlags, runs: string, output: Output): Promise<number> {
  const { findTraces, removeTraces } = await import("../../serve/forget/forget.js");
  const { log: logs, exports, state, store, redis } = flags;
  const users = usersOf(flags);
  const traces = await findTraces({ users, runs, logs, exports, state, store, redis });
  const plays = traces.reduce((sum, { plays, remove }) => sum + (remove ? (plays ?? 0) : 0), 0);
  if (traces.length === 0) {
    if (output.json) printJson({ removed: [], stays: [] });
    say(output, text("forget.nothing", { users: users.slice(0, 5).join(", ") }));
    return 0;
  }
  if (!flags.yes) {
    if (output.json) printJson({ wouldRemove: told(traces, true), stays: told(traces, false) });
    say(output, tableOf(traces));
    say(output, `\n${text("forget.dry")}`);
    return 0;
  }
  const stays = await removeTraces(traces, ({ kind, path }) =>
    say(output, text("forget.removing", { what: text(`forget.kind.${kind}`), path })),
  );
  const places = traces.length - stays.length;
  if (output.json) printJson({ removed: told(traces, true), stays: told(traces, false) });
  say(output, text("forget.done", { places, plays: count(plays) }));
  if (traces.some(({ kind }) => kind === "model")) say(output, text("forget.learned"));
  if (stays.length === 0) return 0;
  say(output, `\n${text("forget.stays")}\n${tableOf(stays)}`);
  return 3;
}

type Traces = Awaited<ReturnType<typeof import("../../serve/forget/forget.js").findTraces>>;

function told(traces: Traces, isRemoved: boolean) {
  return traces
    .filter(({ remove }) => Boolean(remove) === isRemoved)
    .map(({ kind, path, plays, reason }) => ({ kind, path, plays, reason }));
}

function tableOf(traces: Traces): string {
  const header = (["what", "plays", "action", "path"] as const).map((name) => text(`forget.header.${name}`));
  const rows = traces.map(({ kind, path, plays, remove, reason }) => [
    text(reason ? `forget.reason.${reason}` : `forget.kind.${kind}`),
    plays === null ? "" : count(plays),
    text(remove ? "forget.action.remove" : "forget.action.stays"),
    path,
  ]);
  return formatTable(header, rows, [1]);
}

function usersOf({ user = [], userFile }: ForgetFlags): string[] {
  let lines: string[] = [];
  try {
    if (userFile)
      lines = readFileSync(userFile, "utf8")
        .replace(/^\uFEFF/, "")
        .split(/\r?\n/);
  } catch (cause) {
    throw new RefrainError("FILE_NOT_FOUND", `${userFile} cannot be read.`, { path: userFile }, { cause });
  }
  const users = [...new Set([...user, ...lines.map((line) => line.trim())])].filter((id) => id !== "");
  if (users.length > 0) return users;
  throw new RefrainError("ARGUMENT_INVALID", "forget needs --user or --user-file with at least one id.");
}
