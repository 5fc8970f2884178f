import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { EngineChoice, EngineReply } from "../../server/contract.js";
import { request } from "../api.js";
import { Card, ErrorBox, Skeleton, Tabs } from "../components/parts.js";

const CHOICES: readonly EngineChoice[] = ["auto", "native", "wasm"];

/** Which engine trains and answers, and the choice of another. */
export function EngineCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const engine = useQuery({
    queryKey: ["engine"],
    queryFn: ({ signal }) => request<EngineReply>("/engine", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const choose = useMutation({
    scope: { id: "engine" }, // one after another: the last answer is that to the last choice
    mutationFn: (choice: EngineChoice) => request<EngineReply>("/engine", { body: { choice } }),
    onSuccess: (found) => client.setQueryData(["engine"], found),
  });
  const chosen = choose.variables ?? engine.data?.choice ?? "auto";
  const error = choose.error ?? engine.error;
  return (
    <Card title={t("settings.engine")}>
      <div className="grid">
        <Tabs
          label={t("settings.engine")}
          value={chosen}
          onChange={(choice) => choose.mutate(choice)}
          options={CHOICES.map((each) => [each, t(`settings.engines.${each}`)])}
        />
        <p className="muted small">{t(`settings.enginesHelp.${chosen}`)}</p>
        {error && <ErrorBox error={error} />}
        {!error && (choose.isPending || !engine.data) && <Skeleton lines={1} />}
        {!error && !choose.isPending && engine.data && (
          <p>
            {t("settings.engineFound")} <code>{engine.data.version}</code>
          </p>
        )}
      </div>
    </Card>
  );
}
