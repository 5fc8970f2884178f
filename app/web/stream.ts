// The event stream, read over fetch because EventSource cannot send the token.
import type { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useSyncExternalStore } from "react";
import type { AppEvent, JobEvent, RunDetail } from "../server/contract.js";
import { authorization } from "./api.js";

type Connection = "live" | "lost";

const LONGEST_WAIT = 5000;
const MOST_LINES = 500;
let connection: Connection = "live";
const watchers = new Set<() => void>();

/** Whether events arrive. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => connection,
  );
}

function become(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const watcher of watchers) watcher();
}

/** Reads events for as long as the page lives, and goes on behind the last one after a break. */
export async function readEvents(client: QueryClient): Promise<never> {
  let lastId: string | undefined;
  for (let wait = 300; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      const response = await fetch("/api/events", {
        headers: { ...authorization(), ...(lastId ? { "Last-Event-ID": lastId } : {}) },
      });
      if (!response.ok || !response.body) throw new Error(response.statusText);
      if (connection === "lost") void client.invalidateQueries();
      become("live");
      wait = 300;
      for await (const { id, event, data } of parseEvents(response.body)) {
        lastId = id ?? lastId;
        if (event === "reset") void client.invalidateQueries();
        else if (data) apply(client, JSON.parse(data) as AppEvent);
      }
    } catch {
      // the server is away: wait and try again
    }
    become("lost");
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

interface Message {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** Cuts a stream of server-sent events into messages. */
export async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>;
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = block.split("\n").map((text) => /^(\w+): ?(.*)$/.exec(text));
      const of = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? "");
      yield { id: of("id")[0], event: of("event")[0], data: of("data").join("\n") };
    }
  }
}

/** A run with what an event brings. What was in it already stays once: the run may have been asked for after the event. */
export function withEvent(detail: RunDetail, { job, points, epoch, line }: JobEvent): RunDetail {
  const { steps, epochs, log } = detail;
  const text = JSON.stringify(line);
  const isNew = line !== undefined && !log.some((each) => JSON.stringify(each) === text);
  return {
    ...detail,
    job,
    steps: points ? [...steps.filter(({ step }) => step < points[0].step), ...points] : steps,
    epochs: epoch ? [...epochs.filter((each) => each.epoch !== epoch.epoch), epoch] : epochs,
    log: isNew ? [...log, line].slice(-MOST_LINES) : log,
  };
}

/** Puts what is new into what the screens show. */
function apply(client: QueryClient, event: AppEvent): void {
  if ("runs" in event) {
    for (const queryKey of [["runs"], ["trash"]]) void client.invalidateQueries({ queryKey });
    return;
  }
  if ("opening" in event) return void client.setQueryData(["opening", event.run], event.opening);
  const { job, line } = event;
  for (const id of [job.id, job.runId])
    if (id !== null) client.setQueryData<RunDetail>(["run", id], (detail) => detail && withEvent(detail, event));
  const ended = ["paused", "stopped", "finished", "failed"].includes(job.state);
  if (ended && document.hidden) void window.refrainDesktop?.notify(job.name, i18next.t(`runState.${job.state}`));
  if (ended || line?.key === "log.prepared") {
    void client.invalidateQueries({ queryKey: ["runs"] });
    void client.invalidateQueries({ queryKey: ["run"] });
  }
}
