// npm run bench: `baselines` for the techniques that models are tested against, anything else for training steps.
if (process.argv[2] === "baselines") {
  const { runBaselines } = await import("./baseline/run.mjs");
  await runBaselines(process.argv.slice(3));
} else await import("./engine/run.mjs");
