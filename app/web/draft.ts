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

export function changeDraft(next: Draft): void {
  draft = next;
  sessionStorage.setItem(KEY, JSON.stringify(next));
  for (const watcher of watchers) watcher();
}

/** Changes one option of the draft as it is now; undefined takes it out. */
export function setOption(path: string, value: unknown): void {
  changeDraft({ ...draft, options: withOption(draft.options, path, value) });
}

export const useDraft = (): Draft =>
  useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => draft,
  );

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
