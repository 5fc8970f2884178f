import { z } from "zod";
import { parseConfig } from "../core/config.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import type { Histories } from "../sequence/histories.js";
import { type BaselineChoice, type BaselineInput, choiceSchema } from "./choice.js";
import { contentSchema, fitContent, fitVectors, vectorSchema } from "./content/content.js";
import { readItemFields, readItemVectors } from "./content/item-file.js";
import { contextTreeSchema, fitContextTree } from "./context-tree.js";
import { bprSchema, fitBpr } from "./factors/bpr.js";
import { easeSchema, fitEase } from "./factors/ease.js";
import { fitIals, ialsSchema } from "./factors/ials.js";
import { fitItem2vec, item2vecSchema } from "./factors/item2vec.js";
import { fitLightgcn, lightgcnSchema } from "./graph/lightgcn.js";
import { fitRp3beta, rp3betaSchema } from "./graph/rp3beta.js";
import { blendOfSchema, fitBlend } from "./hybrid/blend.js";
import { fallbackOfSchema, fitFallback } from "./hybrid/fallback.js";
import { fitItemKnn, itemKnnSchema } from "./itemknn.js";
import { fitMarkov, markovSchema } from "./markov.js";
import { type DistanceOptions, distanceOfMetricSchema, fitDistance } from "./neighbours/distance.js";
import { fitSessionKnn, type SessionKnnOptions, sessionKnnOfKindSchema } from "./neighbours/sessions.js";
import { fitUserKnn, userKnnSchema } from "./neighbours/userknn.js";
import {
  fitPersonalPopularity,
  fitRecentPopularity,
  personalPopularitySchema,
  recentPopularitySchema,
} from "./personal.js";
import { fitPopularity } from "./popularity.js";
import { fitSequentialRules, sequentialRulesSchema } from "./rules.js";
import type { FitRun } from "./support.js";

/** A technique: which options it takes, and how it is fitted. */
export interface Technique {
  /** Meaning, range and default of every option. */
  readonly schema: z.ZodType;
  readonly fit: (
    histories: Histories,
    options: Readonly<Record<string, unknown>>,
    run: FitRun,
  ) => Scorer | Promise<Scorer>;
}

/** A technique whose schema gives the options of its fit. */
function technique<T extends object>(
  schema: z.ZodType<T, Partial<T>>,
  make: (histories: Histories, options: T, run: FitRun) => Scorer | Promise<Scorer>,
): Technique {
  return { schema, fit: (histories, options, run) => make(histories, options as T, run) };
}

/** The neighbours of profiles by one metric, which is no option because the name says it. */
function distance(metric: DistanceOptions["metric"]): Technique {
  return technique(distanceOfMetricSchema, (histories, options) => fitDistance(histories, { ...options, metric }));
}

/** One kind of session-based neighbours, which is no option because the name says it. */
function sessionKnn(kind: SessionKnnOptions["kind"]): Technique {
  return technique(sessionKnnOfKindSchema, (histories, options) => fitSessionKnn(histories, { ...options, kind }));
}

/** Every technique by name. The command line, the configuration of a run and comparisons read this table. */
export const TECHNIQUES: Readonly<Record<string, Technique>> = {
  popularity: technique(z.strictObject({}).describe("Popularity"), fitPopularity),
  "recent-popularity": technique(recentPopularitySchema, fitRecentPopularity),
  "personal-popularity": technique(personalPopularitySchema, fitPersonalPopularity),
  markov: technique(markovSchema, fitMarkov),
  "sequential-rules": technique(sequentialRulesSchema, fitSequentialRules),
  "context-tree": technique(contextTreeSchema, fitContextTree),
  "item-knn": technique(itemKnnSchema, fitItemKnn),
  "user-knn": technique(userKnnSchema, fitUserKnn),
  cosine: distance("cosine"),
  euclidean: distance("euclidean"),
  sknn: sessionKnn("sknn"),
  vsknn: sessionKnn("vsknn"),
  vstan: sessionKnn("vstan"),
  ials: technique(ialsSchema, fitIals),
  bpr: technique(bprSchema, fitBpr),
  ease: technique(easeSchema, fitEase),
  item2vec: technique(item2vecSchema, fitItem2vec),
  rp3beta: technique(rp3betaSchema, fitRp3beta),
  lightgcn: technique(lightgcnSchema, fitLightgcn),
  content: technique(contentSchema, async (histories, options) =>
    fitContent(histories, options, options.file ? await readItemFields(options.file, histories) : undefined),
  ),
  vectors: technique(vectorSchema, async (histories, options) => {
    const config = parseConfig("vectors", vectorSchema, options);
    return fitVectors(histories, config, await readItemVectors(config.file, histories));
  }),
  blend: {
    schema: blendOfSchema,
    async fit(histories, options, run) {
      const { of, ...rest } = parseConfig("blend", blendOfSchema, options);
      const parts: Scorer[] = [];
      for (const part of of) parts.push(await fitBaseline(part, histories, run));
      return fitBlend(histories, parts, rest, run);
    },
  },
  "content-fallback": {
    schema: fallbackOfSchema,
    async fit(histories, options, run) {
      const { base, content, ...rest } = parseConfig("content-fallback", fallbackOfSchema, options);
      const parts = [await fitBaseline(base, histories, run), await fitBaseline(content, histories, run)];
      return fitFallback(histories, parts[0], parts[1], rest);
    },
  },
};

/** The names of `TECHNIQUES`. */
export const TECHNIQUE_NAMES: readonly string[] = Object.keys(TECHNIQUES);

/** Which baselines a run is tested against: names, or names with options. */
export const baselinesSchema: z.ZodType<BaselineChoice[], BaselineInput[]> = z
  .array(choiceSchema)
  .superRefine((list, context) => {
    for (const [at, { name, options }] of list.entries()) {
      const found = Object.hasOwn(TECHNIQUES, name) ? TECHNIQUES[name].schema.safeParse(options) : undefined;
      if (!found)
        context.addIssue({ code: "custom", path: [at], message: `must be one of ${TECHNIQUE_NAMES.join(", ")}` });
      for (const { path, message } of found?.error?.issues ?? [])
        context.addIssue({ code: "custom", path: [at, "options", ...path], message });
    }
  })
  .describe(`Techniques that the model is tested against: ${TECHNIQUE_NAMES.join(", ")}`);

/**
 * Fits a technique of the table by its name.
 *
 * @param wanted a name of `TECHNIQUES`, or a name with options
 * @param run    progress and abort, heeded by the techniques that take several rounds
 * @throws {RefrainError} CONFIG_INVALID for an unknown name or option; as the technique
 * @throws the signal's reason once it is aborted
 */
export async function fitBaseline(wanted: BaselineInput, histories: Histories, run: FitRun = {}): Promise<Scorer> {
  const { name, options } = parseConfig("baseline", choiceSchema, wanted);
  if (!Object.hasOwn(TECHNIQUES, name))
    throw new RefrainError("CONFIG_INVALID", `A baseline must be one of ${TECHNIQUE_NAMES.join(", ")}, got "${name}".`);
  const { schema, fit: make } = TECHNIQUES[name];
  return make(histories, parseConfig(name, schema, options) as Readonly<Record<string, unknown>>, run);
}
