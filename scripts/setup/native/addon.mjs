import { fileURLToPath } from "node:url";
import { errorIn, lastLine, runNode } from "../tools/run.mjs";
import { Unavailable } from "./unavailable.mjs";

const script = fileURLToPath(new URL("./check-addon.cjs", import.meta.url));

/** Loads the addon in a child process and returns TensorFlow's version; throws Unavailable when it does not work. */
export async function checkAddon({ root, t }, how) {
  const result = await runNode([script], { cwd: root, timeoutMs: 120_000 });
  if (result.ok) return JSON.parse(lastLine(result.stdout)).tensorflow;
  throw new Unavailable(t("doesNotLoad", how, explainCrash(result, t)));
}

/** Says in a few words why the child ended: a signal, or the error Node printed. */
export function explainCrash({ signal, stopped, output }, t) {
  if (signal === "SIGILL") return t("illegalInstruction");
  if (stopped || signal) return stopped ?? signal;
  return errorIn(output);
}
