import { fitItemKnn, fitMarkov, fitPopularity } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { scorerContract } from "../contract/scorer.js";
import { cycleWorld, markovWorld } from "../support/worlds.js";

const worlds = { cycle: toHistories(leaveOneOut(cycleWorld())), random: toHistories(leaveOneOut(markovWorld().log)) };

for (const [world, histories] of Object.entries(worlds)) {
  const userCount = histories.users.size;
  scorerContract(`popularity in the ${world} world`, () => fitPopularity(histories), { userCount });
  scorerContract(`Markov in the ${world} world`, () => fitMarkov(histories), { userCount });
  scorerContract(`item k-NN in the ${world} world`, () => fitItemKnn(histories), { userCount });
  scorerContract(
    `item k-NN over whole histories in the ${world} world`,
    () => fitItemKnn(histories, { window: "history", neighbours: 2 }),
    { userCount },
  );
}
