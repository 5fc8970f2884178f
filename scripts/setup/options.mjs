import { Stop } from "./tools/stop.mjs";

const engines = ["native", "wasm", "cpu"];

/**
 * Reads setup's arguments and REFRAIN_ENGINE.
 * Returns {help, retry, engine, chosenBy}: `engine` is undefined when nobody chose; an argument is remembered for later
 * runs, the variable holds for this run only.
 */
export function readOptions(args, env, t) {
  const options = { help: false, retry: false, engine: undefined, chosenBy: undefined };
  const choose = (engine, by) => {
    if (!engines.includes(engine)) throw new Stop(t("badEngine", engine ?? ""));
    options.engine = engine;
    options.chosenBy = by;
  };
  if (env.REFRAIN_ENGINE) choose(env.REFRAIN_ENGINE, "REFRAIN_ENGINE");
  for (let i = 0; i < args.length; i++) {
    const [name, value] = args[i].split("=", 2);
    if (name === "--help" || name === "-h") options.help = true;
    else if (name === "--retry") options.retry = true;
    else if (name === "--engine") choose(value ?? args[++i], "--engine");
    else throw new Stop(t("unknownArgument", args[i]));
  }
  return options;
}
