import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ComparisonTable, RunConfig } from "refrain";
import type {
  EvaluationDetail,
  ItemMap,
  Listener,
  ListenerOrder,
  Neighbour,
  Opening,
  Song,
  Timeline,
} from "../engine/protocol.js";
import type { ConfigIssue, RunDetail, RunRow, StatusReply } from "../server/contract.js";
import { part, request } from "./api.js";
import type { Draft } from "./draft.js";
import type { JsonSchema } from "./form/schema.js";
import { useSettings } from "./settings.js";

export const useStatus = () =>
  useQuery({ queryKey: ["status"], queryFn: ({ signal }) => request<StatusReply>("/status", { signal }) });

interface SchemaReply {
  readonly schema: JsonSchema;
  readonly presets: Readonly<Record<string, { readonly reason: string; readonly config: RunConfig }>>;
}

/** Every option of a run with its meaning, and the presets. */
export const useSchema = () =>
  useQuery({
    queryKey: ["schema"],
    queryFn: ({ signal }) => request<SchemaReply>("/schema", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

interface Checked {
  readonly config: RunConfig | null;
  readonly usual: RunConfig;
  readonly issues: readonly ConfigIssue[];
  readonly command: string | null;
}

/** What is wrong with a draft, and what its options are where they were not changed. */
export function useChecked(draft: Draft) {
  const { language } = useSettings();
  return useQuery({
    queryKey: ["config", draft, language],
    queryFn: ({ signal }) => request<Checked>("/config", { body: { ...draft, language }, signal }),
    placeholderData: keepPreviousData,
  });
}

export const useRuns = () =>
  useQuery({
    queryKey: ["runs"],
    queryFn: async ({ signal }) => (await request<{ runs: RunRow[] }>("/runs", { signal })).runs,
  });

export const useRun = (id: string) =>
  useQuery({ queryKey: ["run", id], queryFn: ({ signal }) => request<RunDetail>(`/runs/${part(id)}`, { signal }) });

export const useTrash = (enabled: boolean) =>
  useQuery({
    queryKey: ["trash"],
    queryFn: async ({ signal }) => (await request<{ runs: RunRow[] }>("/trash", { signal })).runs,
    enabled,
  });

/** Finished runs, which can be explored, newest first. Those in the archive are left out, but for the one in use. */
export function useFinished(inUse = ""): readonly RunRow[] | undefined {
  return useRuns().data?.filter(({ id, state, archived }) => state === "finished" && (!archived || id === inUse));
}

export interface ListenersReply {
  readonly listeners: readonly Listener[];
  readonly total: number;
  readonly ranked: boolean;
  readonly note: string | null;
}

export const useListeners = (run: string, order: ListenerOrder, search: string, seed: number) =>
  useQuery({
    queryKey: ["listeners", run, order, search, seed],
    queryFn: ({ signal }) =>
      request<ListenersReply>(`/runs/${part(run)}/listeners`, {
        query: { order, search, seed, limit: 10_000 },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const useTimeline = (run: string, user: string | null) =>
  useQuery({
    queryKey: ["timeline", run, user],
    queryFn: ({ signal }) => request<Timeline>(`/runs/${part(run)}/timeline`, { query: { user: user ?? "" }, signal }),
    enabled: user !== null,
  });

export const useSongs = (run: string, search: string, limit = 12) =>
  useQuery({
    queryKey: ["songs", run, search, limit],
    queryFn: async ({ signal }) =>
      (await request<{ songs: Song[] }>(`/runs/${part(run)}/songs`, { query: { search, limit }, signal })).songs,
    placeholderData: keepPreviousData,
  });

/** What is being done before a run can answer; null where nothing is. News come by the stream. */
export const useOpening = (run: string) =>
  useQuery<Opening | null>({ queryKey: ["opening", run], queryFn: () => null, enabled: false }).data ?? null;

export const useItemMap = (run: string) =>
  useQuery({
    queryKey: ["map", run],
    queryFn: ({ signal }) => request<ItemMap>(`/runs/${part(run)}/map`, { query: { limit: 1500 }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface NeighboursReply {
  readonly song: Song;
  readonly neighbours: readonly Neighbour[];
  readonly listeners: readonly { readonly id: string; readonly plays: number }[];
  readonly gets: readonly { readonly id: string; readonly rank: number; readonly probability: number }[];
}

export const useNeighbours = (run: string, item: string | null) =>
  useQuery({
    queryKey: ["neighbours", run, item],
    queryFn: ({ signal }) =>
      request<NeighboursReply>(`/runs/${part(run)}/neighbours`, { query: { item: item ?? "" }, signal }),
    enabled: item !== null,
    placeholderData: keepPreviousData,
  });

export const useEvaluation = (run: string) =>
  useQuery({
    queryKey: ["evaluation", run],
    queryFn: ({ signal }) => request<EvaluationDetail>(`/runs/${part(run)}/evaluation`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Paired tests of several runs; asked for by a person, since every test play is ranked for it. */
export const usePairs = (runs: readonly string[], enabled: boolean) =>
  useQuery({
    queryKey: ["pairs", runs],
    queryFn: ({ signal }) => request<ComparisonTable>("/compare", { body: { runs }, signal }),
    enabled,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
