import type { Look } from "./look.js";

/** Why a log cannot be trained on, as a key below "data.cannot"; null where it can. */
export function whyNot({ checked, issues, preview, audit }: Look): string | null {
  if (checked.error) return "unchecked";
  if (issues.length > 0) return "wrong";
  if (preview.error) return "read";
  if (!preview.data) return "reading";
  if (preview.data.detected === null) return "columns";
  if (audit.error) return "read";
  return audit.data?.findings.some(({ code }) => code === "nothing-left") ? "nothing" : null;
}
