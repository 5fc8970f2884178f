// npm run bench: `data` reads and cleans large logs, `baselines` fits the techniques that models are tested against,
// `serve` puts load on the service, `scale` measures growth, `ablation` changes one option of the model at a time, `quality` measures
// models against published results, `profile` says where the time of a step goes, `deploy` measures exports and catalogue search,
// anything else times training steps.
const [what, ...rest] = process.argv.slice(2);
if (what === "baselines") {
  const { runBaselines } = await import("./baseline/run.mjs");
  await runBaselines(rest);
} else if (what === "ablation") {
  const { runAblation } = await import("./ablation/run.mjs");
  await runAblation(rest);
} else if (what === "serve") {
  const { runServe } = await import("./serve/run.mjs");
  await runServe(rest);
} else if (what === "scale") {
  const { runScale } = await import("./scale/run.mjs");
  await runScale(rest);
} else if (what === "quality") {
  const { runQuality } = await import("./quality/run.mjs");
  await runQuality(rest);
} else if (what === "deploy") {
  const { runDeploy } = await import("./deploy/run.mjs");
  await runDeploy(rest);
} else if (what === "profile") {
  const { runProfile } = await import("./engine/profile.mjs");
  await runProfile(rest);
} else if (what === "data") {
  process.argv.splice(2, 1);
  await import("./data/run.mjs");
} else await import("./engine/run.mjs");
