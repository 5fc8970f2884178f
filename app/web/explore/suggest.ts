import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Asked, ReasonRow, SuggestionList } from "../../engine/protocol.js";
import { part, request } from "../api.js";

interface ListQuestion extends Asked {
  readonly run: string;
  readonly k: number;
  readonly newOnly: boolean;
  readonly watch: readonly string[];
}

/** The list after a history. Older questions are dropped while a newer one runs, and the old list stays until then. */
export function useSuggestions(asked: ListQuestion, enabled = true) {
  const { run, ...body } = asked;
  return useQuery({
    queryKey: ["suggest", run, body],
    queryFn: ({ signal }) => request<SuggestionList>(`/runs/${part(run)}/suggest`, { body, signal }),
    placeholderData: keepPreviousData,
    enabled: enabled && run !== "",
    gcTime: 30_000,
  });
}

const REASONS_AFTER = 350;

/** Reasons of the first items; asked for once the history rests, because they take many scorings. */
export function useReasons(run: string, asked: Asked, items: readonly string[]) {
  const rested = useRested({ ...asked, items }, REASONS_AFTER);
  return useQuery({
    queryKey: ["explain", run, rested],
    queryFn: async ({ signal }) =>
      (await request<{ rows: ReasonRow[] }>(`/runs/${part(run)}/explain`, { body: rested, signal })).rows,
    enabled: rested.items.length > 0 && rested.history.length > 0,
    gcTime: 30_000,
  });
}

/** A value once it has not changed for a while. */
export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: compared by content
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [text, milliseconds]);
  return rested;
}
