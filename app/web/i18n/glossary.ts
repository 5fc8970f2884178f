/** Words of the field, with a sentence in English and Chinese. */
export const TERMS: readonly (readonly [term: readonly [string, string], english: string, chinese: string])[] = [
  [["event", "事件"], "One play: who, what, when.", "一次播放：谁、什么、何时。"],
  [
    ["HR@k", "命中率"],
    "Share of test plays whose song stood among the first k of the list.",
    "测试播放中，目标歌曲排在前 k 名的比例。",
  ],
  [
    ["NDCG@k", "归一化折损累计增益"],
    "Like HR@k, but a higher place counts more: 1 / log2(rank + 1).",
    "与 HR@k 类似，但名次越靠前分值越高：1 / log2(名次 + 1)。",
  ],
  [["MRR@k", "平均倒数排名"], "Mean of 1 / rank, 0 beyond k.", "1 / 名次 的平均值，k 名之外计 0。"],
  [
    ["full ranking", "全排名"],
    "The target is ranked among all songs, not among a drawn few.",
    "目标在全部歌曲中排名，而不是在抽取的少数歌曲中。",
  ],
  [
    ["temporal split", "按时间划分"],
    "One moment cuts all listeners: the model never sees what came later.",
    "以同一时刻切分所有听众：模型不会看到之后的播放。",
  ],
  [
    ["leave-one-out", "留一法"],
    "Each listener's last play is the test, the one before it the validation.",
    "每位听众的最后一次播放用于测试，倒数第二次用于验证。",
  ],
  [
    ["95 % interval", "95 % 区间"],
    "Listeners are drawn anew a thousand times; 95 % of the results lie inside.",
    "对听众重新抽样一千次，95 % 的结果落在其中。",
  ],
  [
    ["oracle", "理论最优"],
    "The simulator's own probabilities. On average no method can do better; known for the embedded log only.",
    "模拟器自身的概率。平均而言没有方法能超过它；仅内置数据集有。",
  ],
  [
    ["popularity", "流行度"],
    "The simplest rival: the same most played songs for everyone.",
    "最简单的对手：给每个人推荐同样的热门歌曲。",
  ],
  [
    ["Markov", "马尔可夫"],
    "A rival that looks at the last song only: what most often came after it.",
    "只看上一首歌的对手：它之后最常出现什么。",
  ],
  [
    ["item k-NN", "物品 k 近邻"],
    "A rival that recommends what is heard together with the last songs.",
    "推荐与最近歌曲常一起被听的歌曲的对手。",
  ],
  [
    ["embedding", "嵌入"],
    "The numbers that stand for a song or a listener inside the model.",
    "模型内部代表歌曲或听众的一组数。",
  ],
  [["session", "会话"], "Plays without a long pause between them.", "中间没有长时间停顿的连续播放。"],
  [
    ["reason", "理由"],
    "A past play whose absence would make the song less likely. It tells what the model used, not why a person likes a song.",
    "去掉后会使该歌曲可能性下降的过往播放。它说明模型用了什么，而非人为何喜欢。",
  ],
];
