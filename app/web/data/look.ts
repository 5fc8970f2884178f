import { useQuery } from "@tanstack/react-query";
import type { AuditSummary, DataPreview } from "../../engine/protocol.js";
import { request } from "../api.js";
import { type Draft, optionAt } from "../draft.js";
import { useRested } from "../explore/suggest.js";
import { useChecked } from "../queries.js";

/** Time without a change, in ms, after which a log is read anew. */
const RESTED = 300;

/** What is in a log, and what the audit says of it as the options are: asked anew when they change, the old answer stays meanwhile. */
export function useLook(draft: Draft) {
  const rested = useRested(draft, RESTED);
  const { preset } = rested;
  const path = optionAt(rested.options, "data.path");
  const { data, cleaning, split } = rested.options;
  const checked = useChecked(rested);
  const issues = checked.data?.issues.filter(({ path: option }) => /^(data|cleaning|split)\b/.test(option));
  // What was found right of the options before says nothing of these.
  const enabled = typeof path === "string" && !checked.isPlaceholderData && issues?.length === 0;
  // What has the focus stays while a column is being looked at; another log has nothing to do with it.
  const placeholderData = <T>(old: T | undefined, query: { readonly queryKey: readonly unknown[] } | undefined) =>
    query?.queryKey[1] === path ? old : undefined;
  const preview = useQuery({
    queryKey: ["preview", path, data],
    queryFn: ({ signal }) => request<DataPreview>("/data/preview", { body: { preset, options: { data } }, signal }),
    placeholderData,
    enabled,
    staleTime: 60_000,
  });
  const options = Object.fromEntries(
    Object.entries({ data, cleaning, split }).filter(([, value]) => value !== undefined),
  );
  const audit = useQuery({
    queryKey: ["audit", path, { preset, options }],
    queryFn: ({ signal }) => request<AuditSummary>("/data/audit", { body: { preset, options }, signal }),
    placeholderData,
    enabled,
    staleTime: 60_000,
  });
  return { checked, issues: issues ?? [], preview, audit };
}

export type Look = ReturnType<typeof useLook>;
