import { hasAll, ISO_TIME, type Layout, most } from "./layout.js";

/**
 * RecBole's atomic files: TAB, and a header in which each name has a type, such as user_id:token and timestamp:float.
 * Only the .inter file is a log; .item and .user describe.
 *
 * @source https://recbole.io/docs/user_guide/data/atomic_files.html
 */
export const RECBOLE: Layout = {
  name: "recbole",
  rolesOf: (names) =>
    names.size > 1 && [...names].every((name) => /^[^:]+:(token|float)(_seq)?$/.test(name)) ? "by name" : undefined,
};

/**
 * GRU4Rec: SessionId, ItemId and Time (seconds) behind a header, TAB between them. Sessions are the users.
 *
 * @source https://github.com/hidasib/GRU4Rec
 */
export const GRU4REC: Layout = {
  name: "gru4rec",
  rolesOf: (names) =>
    hasAll(names, ["SessionId", "ItemId", "Time"]) && !names.has("Category")
      ? { user: "SessionId", item: "ItemId", time: "Time" }
      : undefined,
};

/**
 * RecSys Challenge 2015, yoochoose-clicks.dat, from which GRU4Rec's files are made: session, ISO time, item, category.
 *
 * @source https://recsys.acm.org/recsys15/challenge/
 */
export const YOOCHOOSE: Layout = {
  name: "yoochoose",
  headerOf: (rows, separator) =>
    separator === "," && most(rows, (row) => row.length === 4 && ISO_TIME.test(row[1]) && /^\d+$/.test(row[2]))
      ? ["SessionId", "Time", "ItemId", "Category"]
      : undefined,
  rolesOf: (names) =>
    hasAll(names, ["SessionId", "Time", "ItemId", "Category"])
      ? { user: "SessionId", item: "ItemId", time: "Time" }
      : undefined,
};

/**
 * KKBox, WSDM Cup 2018: train.csv. It has no times; its rows are in the order of the events, which is kept.
 *
 * @source https://www.kaggle.com/c/kkbox-music-recommendation-challenge/data
 */
export const KKBOX: Layout = {
  name: "kkbox",
  rolesOf: (names) => (hasAll(names, ["msno", "song_id", "target"]) ? { user: "msno", item: "song_id" } : undefined),
  note: "The log has no times: the order of the rows is taken as the order of the plays.",
};

/**
 * Melon playlist challenge: train.json, a list of playlists { id, songs, tags, updt_date }. A playlist is the user, and
 * all of its songs have the time of its last change.
 *
 * @source https://arena.kakao.com/c/8/data
 */
export const MELON: Layout = {
  name: "melon",
  rolesOf: (names) =>
    hasAll(names, ["id", "songs", "updt_date"]) ? { user: "id", item: "songs", time: "updt_date" } : undefined,
  note: "Each playlist is a user. Its songs have one time and no order among them but that of the list.",
};
