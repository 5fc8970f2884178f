// npm run bench: what follows the two dashes names a bench; anything else times training steps.
const benches = {
  /** Changes one option of the model at a time. */
  ablation: async () => (await import("./ablation/run.mjs")).runAblation,
  /** Fits the techniques that models are tested against. */
  baselines: async () => (await import("./baseline/run.mjs")).runBaselines,
  /** Reads and cleans large logs. */
  data: async () => (await import("./data/run.mjs")).runData,
  /** Measures exports and catalogue search. */
  deploy: async () => (await import("./deploy/run.mjs")).runDeploy,
  /** Says where the time of a training step goes. */
  profile: async () => (await import("./engine/profile.mjs")).runProfile,
  /** Measures models against published results. */
  quality: async () => (await import("./quality/run.mjs")).runQuality,
  /** Measures growth. */
  scale: async () => (await import("./scale/run.mjs")).runScale,
  /** Puts load on the service. */
  serve: async () => (await import("./serve/run.mjs")).runServe,
};

const [what, ...rest] = process.argv.slice(2);
if (Object.hasOwn(benches, what ?? "")) {
  const run = await benches[what]();
  await run(rest);
} else await import("./engine/run.mjs");
