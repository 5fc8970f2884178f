import { useTranslation } from "react-i18next";
import type { Job, RunRow } from "../../server/contract.js";
import { Badge, type Tone } from "./parts.js";

const TONES: Readonly<Record<string, Tone>> = {
  finished: "good",
  failed: "bad",
  interrupted: "warn",
  paused: "warn",
  stopped: "warn",
  training: "accent",
  preparing: "accent",
  evaluating: "accent",
  pausing: "accent",
  elsewhere: "accent",
};

/** How a run stands, in a word and a colour. */
export function RunState({ state }: { readonly state: RunRow["state"] | Job["state"] }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state] ?? "plain"}>{t(`runState.${state}`)}</Badge>;
}
