/** Simpler methods that need no options of their own, in the order of `TECHNIQUES`, in English and Chinese. */
export const BASELINES: readonly (readonly [name: string, english: string, chinese: string])[] = [
  ["popularity", "popularity", "流行度"],
  ["recent-popularity", "recent popularity", "近期流行度"],
  ["personal-popularity", "personal popularity", "个人流行度"],
  ["markov", "Markov", "马尔可夫"],
  ["sequential-rules", "sequential rules", "序列规则"],
  ["context-tree", "context tree", "上下文树"],
  ["item-knn", "item k-NN", "物品 k 近邻"],
  ["user-knn", "user k-NN", "用户 k 近邻"],
  ["sknn", "session k-NN", "会话 k 近邻"],
  ["vsknn", "VS-KNN", "VS-KNN"],
  ["vstan", "VSTAN", "VSTAN"],
  ["ials", "iALS", "iALS"],
  ["bpr", "BPR", "BPR"],
  ["ease", "EASE", "EASE"],
  ["item2vec", "item2vec", "item2vec"],
  ["rp3beta", "RP3beta", "RP3beta"],
  ["lightgcn", "LightGCN", "LightGCN"],
];

/** A choice is a name, or a name with options. */
export const namesIn = (choices: unknown): string[] =>
  Array.isArray(choices)
    ? choices.map((each) => (typeof each === "string" ? each : (each as { readonly name: string }).name))
    : [];

const placeOf = (name: string) => {
  const place = BASELINES.findIndex(([each]) => each === name);
  return place < 0 ? BASELINES.length : place;
};
const inOrder = (names: readonly string[]) => names.toSorted((one, other) => placeOf(one) - placeOf(other));

/** The chosen methods with one more or less, in the order of the list; undefined where they are the usual ones. */
export function switched(usual: unknown, chosen: readonly string[], name: string): readonly string[] | undefined {
  const next = inOrder(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  return next.join() === inOrder(namesIn(usual)).join() ? undefined : next;
}
