import { RefrainError } from "../../core/errors.js";
import type { Candidate, Contents } from "./folder.js";
import { openLog } from "./open.js";
import type { Opened } from "./reader.js";
import type { ReadOptions } from "./types.js";

/** A member that is a log, with what is known of it. */
export interface OpenedMember {
  readonly candidate: Candidate;
  readonly opened: Opened;
}

/**
 * Chooses the members of a zip or folder that are one log together: those of one layout, or with one header.
 *
 * A known layout goes before an unknown one, then the larger one. All others come out as skipped, with the reason.
 *
 * @throws {RefrainError} COLUMN_UNKNOWN or the code of the only member, where none is a log
 */
export async function chooseMembers(
  path: string,
  contents: Contents,
  options: ReadOptions,
): Promise<{ readonly chosen: readonly OpenedMember[]; readonly skipped: Contents["skipped"] }> {
  const skipped = [...contents.skipped];
  const groups = new Map<string, OpenedMember[]>();
  let failure: RefrainError | undefined;
  for (const candidate of contents.candidates) {
    try {
      const opened = await openLog(candidate.source, options);
      const key = groupOf(opened);
      groups.set(key, [...(groups.get(key) ?? []), { candidate, opened }]);
    } catch (error) {
      if (!(error instanceof RefrainError)) throw error;
      failure ??= error;
      skipped.push({ name: candidate.name, reason: `not a log: ${error.message.replaceAll(`${path}/`, "")}` });
    }
  }
  const best = [...groups.values()].sort((a, b) => worth(b) - worth(a))[0];
  if (!best) {
    if (failure && contents.candidates.length === 1) throw failure;
    const names = skipped.slice(0, 5).map(({ name, reason }) => `${name} (${reason})`);
    const what = contents.container === "zip" ? "a zip file" : "a folder";
    throw new RefrainError(
      contents.candidates.length === 0 ? "FILE_UNREADABLE" : "COLUMN_UNKNOWN",
      `${path} is ${what} without a log${names.length > 0 ? `: ${names.join("; ").slice(0, 800)}` : ""}.`,
      { path, skipped: skipped.slice(0, 100) },
    );
  }
  const names = best.map(({ candidate }) => candidate.name);
  const wanted = new Set(best[0].opened.meaning.layout?.membersOf?.(names) ?? names);
  for (const group of groups.values())
    for (const { candidate, opened } of group)
      if (group !== best) skipped.push({ name: candidate.name, reason: `another log, ${groupName(opened)}` });
      else if (!wanted.has(candidate.name)) skipped.push({ name: candidate.name, reason: "a part of another member" });
  return { chosen: best.filter(({ candidate }) => wanted.has(candidate.name)), skipped };
}

function groupName({ format, layout, meaning }: Opened): string {
  return layout ?? meaning.layout?.name ?? format;
}

/** Members with the same key are one log. Spotify's two exports know songs alike, so they may lie together. */
function groupOf(opened: Opened): string {
  const { layout } = opened.meaning;
  return layout?.personal
    ? layout.name.replace(/^spotify-.*/, "spotify")
    : `${groupName(opened)} ${opened.header.join()}`;
}

function worth(group: readonly OpenedMember[]): number {
  const bytes = group.reduce((sum, { candidate }) => sum + candidate.size, 0);
  return bytes + (group[0].opened.meaning.layout ? 2 ** 50 : 0);
}
