import { useSyncExternalStore } from "react";

/** Options of the next run, shared by the screens Data and Train and kept over a reload. */
export interface Draft {
  readonly preset: string;
  /** Only what differs from the preset. */
  readonly options: Readonly<Record<string, unknown>>;
}

const KEY = "refrain.draft";
const watchers = new Set<() => void>();
let draft: Draft = read();

function read(): Draft {
  try {
    const { preset, options } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Draft>;
    return { preset: typeof preset === "string" ? preset : "default", options: options ?? {} };
  } catch {
    return { preset: "default", options: {} };
  }
}

/** The drafts before each change, oldest first, with what was changed and when. */
let before: readonly { readonly draft: Draft; readonly what: string; readonly at: number }[] = [];
const MOST_STEPS = 200;
/** Changes of one option that follow this fast, in ms, are the letters of one word: they are taken back together. */
const TYPING = 1500;

/** @param what option that is changed; "" where the change is a whole of its own */
export function changeDraft(next: Draft, what = ""): void {
  const at = performance.now();
  const last = before.at(-1);
  const goesOn = last !== undefined && what !== "" && last.what === what && at - last.at < TYPING;
  before = goesOn ? [...before.slice(0, -1), { ...last, at }] : [...before, { draft, what, at }].slice(-MOST_STEPS);
  show(next);
}

/** Takes the last change back. @returns false where there is none */
export function undoDraft(): boolean {
  const last = before.at(-1);
  if (!last) return false;
  before = before.slice(0, -1);
  show(last.draft);
  return true;
}

function show(next: Draft): void {
  draft = next;
  sessionStorage.setItem(KEY, JSON.stringify(next));
  for (const watcher of watchers) watcher();
}

/** Changes options of the draft as it is now, as one change; undefined takes one out. */
export function setOptions(changes: readonly (readonly [path: string, value: unknown])[]): void {
  const options = changes.reduce((all, [path, value]) => withOption(all, path, value), draft.options);
  changeDraft({ ...draft, options }, changes.map(([path]) => path).join());
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

export const useDraft = (): Draft => useSyncExternalStore(watch, () => draft);
/** Whether there is a change to take back. */
export const useCanUndo = (): boolean => useSyncExternalStore(watch, () => before.length > 0);

/** The value at "train.epochs" of nested options; undefined where there is none. */
export function optionAt(options: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      options,
    );
}

/** The same options with one changed; undefined takes it out. */
export function withOption(options: Draft["options"], path: string, value: unknown): Draft["options"] {
  const [name, ...rest] = path.split(".");
  const copy: Record<string, unknown> = { ...options };
  const inner = rest.length > 0 ? withOption((copy[name] ?? {}) as Draft["options"], rest.join("."), value) : value;
  if (inner === undefined || (rest.length > 0 && Object.keys(inner as object).length === 0)) delete copy[name];
  else copy[name] = inner;
  return copy;
}

/** Options written as for the command line: "--set a.b=1 --set c=x". */
export function optionsOfText(text: string): [path: string, value: unknown][] {
  return Array.from(text.matchAll(/--set\s+([\w.]+)=(\S+)/g), ([, path, value]): [string, unknown] => {
    try {
      return [path, JSON.parse(value)];
    } catch {
      return [path, value];
    }
  });
}
