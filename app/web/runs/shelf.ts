import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { RunMarks } from "refrain";
import type { RunRow } from "../../server/contract.js";
import { part, request } from "../api.js";
import { useUndoKey } from "../undo-key.js";

/** A change that was made, and how to take it back. */
export interface Done {
  /** Key below "runs.did". */
  readonly what: string;
  readonly count: number;
  readonly undo: () => Promise<unknown>;
}

const moved = (path: string) => request<{ id: string }>(path, { body: {} });
const marked = (id: string, change: Partial<RunMarks>) => request(`/runs/${part(id)}/marks`, { body: change });

/** The run that is being trained; else one that broke off after the newest finished one. `runs` are newest first. */
export function openRun(runs: readonly RunRow[]): RunRow | undefined {
  const ended = runs.find(({ state, archived }) => state === "finished" || (state === "interrupted" && !archived));
  return runs.find(({ state }) => state === "training") ?? (ended?.state === "interrupted" ? ended : undefined);
}

/** Changes of the list of runs, each of which can be taken back, the last one first. */
export function useShelf() {
  const client = useQueryClient();
  const [done, setDone] = useState<readonly Done[]>([]);
  const [error, setError] = useState<unknown>(null);
  const attempt = useCallback(
    async (work: () => Promise<unknown>) => {
      try {
        await work();
        setError(null);
      } catch (failure) {
        setError(failure);
      }
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: ["trash"] });
    },
    [client],
  );
  const act = (what: string, count: number, work: () => Promise<() => Promise<unknown>>) =>
    attempt(async () => {
      const undo = await work();
      setDone((all) => [...all, { what, count, undo }]);
    });
  const undo = useCallback(() => {
    const last = done.at(-1);
    if (!last) return;
    setDone(done.slice(0, -1));
    void attempt(last.undo);
  }, [done, attempt]);
  useUndoKey(undo);

  const mark = (what: string, rows: readonly RunRow[], change: (row: RunRow) => Partial<RunMarks>) =>
    act(what, rows.length, async () => {
      await Promise.all(rows.map((row) => marked(row.id, change(row))));
      return () => Promise.all(rows.map(({ id, tags, pinned, archived }) => marked(id, { tags, pinned, archived })));
    });
  const discard = (rows: readonly RunRow[]) =>
    act("deleted", rows.length, async () => {
      const gone = await Promise.all(rows.map(({ id }) => moved(`/runs/${part(id)}/delete`)));
      return () => Promise.all(gone.map(({ id }) => moved(`/trash/${part(id)}/restore`)));
    });
  const restore = (rows: readonly RunRow[]) =>
    act("restored", rows.length, async () => {
      const back = await Promise.all(rows.map(({ id }) => moved(`/trash/${part(id)}/restore`)));
      return () => Promise.all(back.map(({ id }) => moved(`/runs/${part(id)}/delete`)));
    });
  const erase = (rows: readonly RunRow[]) =>
    attempt(() => Promise.all(rows.map(({ id }) => moved(`/trash/${part(id)}/erase`))));
  return { last: done.at(-1), undo, error, mark, discard, restore, erase };
}

export type Shelf = ReturnType<typeof useShelf>;

/** "a, b , a" as tags: ["a", "b"]. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[,，、]/).map((tag) => tag.trim()))].filter((tag) => tag !== "");
}

/** Runs of a view that hold every word somewhere in name, id, log, preset or tags. */
export function found(rows: readonly RunRow[], text: string): RunRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ id, name, data, preset, tags }) => {
    const held = [id, name, data, preset, ...tags].join("\n").toLowerCase();
    return words.every((word) => held.includes(word));
  });
}
