import type { Texts } from "./index.js";

/** Items, Evaluate, Compare. */
export const measure = {
  items: {
    lead: [
      "The songs as the model has arranged them. Songs that are heard alike lie close together.",
      "模型排布的歌曲。听法相似的歌曲彼此靠近。",
    ],
    search: ["Find a song", "查找歌曲"],
    map: ["Map of the songs", "歌曲地图"],
    mapNote: [
      "The {{shown}} most played of {{total}} songs. Two directions show {{share}} of what the embeddings hold, so distance on the map is rough; the neighbours are exact.",
      "{{total}} 首中播放最多的 {{shown}} 首。两个方向只展示向量信息的 {{share}}，图上距离仅供参考；近邻是精确的。",
    ],
    group: {
      others: ["songs", "歌曲"],
      near: ["neighbours", "近邻"],
      chosen: ["chosen", "所选"],
      head: ["head: most played third", "头部：播放最多的三分之一"],
      middle: ["middle third", "中部"],
      tail: ["tail: least played third", "尾部：播放最少的三分之一"],
    },
    colour: ["Colour", "着色"],
    colours: { near: ["Neighbours", "近邻"], artist: ["Artist", "艺人"], popularity: ["Popularity", "流行度"] },
    gets: ["Who gets it next", "谁会被推荐"],
    none: ["Choose a song", "选择一首歌曲"],
    noneHelp: ["Click a dot, or search by title, artist or romanised title.", "点击圆点，或按标题、艺人、罗马字搜索。"],
    plays: ["Plays", "播放次数"],
    popularity: ["Popularity", "流行度"],
    neighbours: ["Nearest songs", "最近的歌曲"],
    listeners: ["Who plays it most", "谁听得最多"],
  },
  evaluate: {
    lead: [
      "How good the model is on plays it has never seen, for whom, and where it fails.",
      "模型在从未见过的播放上有多好，对谁好，在哪里失败。",
    ],
    working: ["Every test play is being ranked over the whole catalogue.", "正在为每次测试播放做全曲库排名。"],
    slices: ["Slices", "分组"],
    slice: ["Slice", "分组"],
    cases: ["Cases", "用例"],
    share: ["Share", "比例"],
    by: {
      "history length": ["by length of the history", "按历史长度"],
      "target popularity": ["by popularity of the target", "按目标流行度"],
      repeat: ["by whether it was heard before", "按是否听过"],
      activity: ["by how active the listener is", "按听众活跃度"],
      "cold user": ["new listeners", "新听众"],
      "cold item": ["rare songs", "冷门歌曲"],
    },
    sliceName: {
      head: ["head: most played third", "头部：播放最多的三分之一"],
      middle: ["middle third", "中部"],
      tail: ["tail: least played third", "尾部：播放最少的三分之一"],
      unknown: ["unknown song", "未知歌曲"],
      repeat: ["heard before", "听过"],
      new: ["new to the listener", "对听众是新歌"],
    },
    ranks: ["Where the targets stood", "目标所在名次"],
    rank: ["Rank", "名次"],
    lists: ["What the lists are like", "推荐列表的特点"],
    value: ["Value", "值"],
    list: {
      Coverage: {
        0: ["Coverage", "覆盖率"],
        1: ["share of the songs that are in a list at all", "至少出现在一个列表中的歌曲比例"],
      },
      Gini: {
        0: ["Gini", "基尼系数"],
        1: ["0: all songs alike; 1: always the same ones", "0：所有歌曲均等；1：总是同样几首"],
      },
      Novelty: { 0: ["Novelty", "新颖度"], 1: ["bits; rare songs have more", "单位比特；冷门歌曲更高"] },
      Popularity: { 0: ["Popularity", "流行度"], 1: ["1 is the average song", "1 为平均水平的歌曲"] },
      PopularityLift: {
        0: ["Popularity bias", "流行度偏差"],
        1: ["0: as popular as what the listener plays; above 0: more", "0：与听众所听同样流行；大于 0：更流行"],
      },
      Diversity: {
        0: ["Diversity", "多样性"],
        1: ["how little the songs of a list share their listeners", "列表内歌曲听众重合越少越高"],
      },
      Repeats: { 0: ["Repeats", "重复"], 1: ["share of songs that the listener had heard", "听众听过的歌曲比例"] },
      Miscalibration: {
        0: ["Miscalibration", "失准度"],
        1: ["0: popular and rare songs in the listener's own shares", "0：冷热歌曲比例与听众一致"],
      },
      StyleMiscalibration: {
        0: ["Miscalibration of styles", "风格失准度"],
        1: ["0: styles in the listener's own shares", "0：各风格比例与听众一致"],
      },
      ArtistDiversity: { 0: ["Artists", "艺人数"], 1: ["different artists per song", "每首歌曲对应的不同艺人数"] },
      ArtistCoherence: {
        0: ["Known artists", "熟悉的艺人"],
        1: ["share of songs by an artist of the last ten plays", "最近十次播放的艺人的歌曲比例"],
      },
    },
    users: ["Every listener", "每位听众"],
    usersShown: [
      "The {{shown}} worst served of {{all}}; CSV has all.",
      "显示 {{all}} 位中最差的 {{shown}} 位；CSV 含全部。",
    ],
    allPlays: ["Plays", "播放次数"],
    spread: ["How the listeners spread", "听众分布"],
    spreadShare: ["share of test plays among the first ten", "测试播放进入前十的比例"],
    misses: ["Worst misses", "最差的失误"],
    missesHelp: [
      "Targets that stood lowest. Open one to see the history as the model saw it.",
      "名次最低的目标。打开即可看到模型当时所见的历史。",
    ],
    target: ["Target", "目标"],
    plays: ["Plays of it", "其播放次数"],
    heard: ["For the listener", "对听众"],
    length: ["History", "历史长度"],
    listener: ["Listener", "听众"],
  },
  compare: {
    lead: [
      "Curves on top of each other, test results with intervals, and only the options that differ.",
      "曲线叠加、带区间的测试结果，以及仅列出不同的选项。",
    ],
    choose: ["Runs", "运行"],
    two: ["Choose at least two runs", "请至少选择两个运行"],
    twoHelp: ["They are compared on what they measured themselves.", "对比的是它们各自测得的结果。"],
    otherData: [
      "These runs did not use the same log. Their figures cannot be compared.",
      "这些运行使用的日志不同，其数值不可比较。",
    ],
    metrics: ["Test results", "测试结果"],
    differences: ["Options that differ", "不同的选项"],
    same: ["All options are the same", "所有选项都相同"],
    option: ["Option", "选项"],
  },
} as const satisfies Texts;
