// Small files in the layout of every service and data set that is known; the sources stand in src/data/read/layouts.
import type { Detected } from "../../src/data/index.js";
import { parquetOf } from "./parquet.js";

export interface ReaderCase {
  /** Name of the file as its source gives it. */
  readonly file: string;
  readonly content: string | Uint8Array;
  /** What must be found out without any option. */
  readonly detected: Partial<Detected>;
  /** [user, item, seconds] of every row after cleaning that removes nothing, in order of user and time. */
  readonly rows: readonly (readonly [string, string, number])[];
  /** Rows that are read and that cleaning cannot use: no time, no title. Default 0. */
  readonly unusable?: number;
  /** A file with one row more, which is broken. */
  readonly broken?: string | Uint8Array;
  /** Files that lie beside it in an export and are no part of the log. */
  readonly beside?: Readonly<Record<string, string | Uint8Array>>;
}

const T = 1_700_000_000;
const json = (value: unknown) => JSON.stringify(value, null, 2);
const jsonLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const lines = (...rows: readonly string[]) => `${rows.join("\n")}\n`;

const ACCOUNT = [
  { endTime: "2023-11-14 22:13", artistName: "ヨルシカ", trackName: "春泥棒", msPlayed: 290_000 },
  { endTime: "2023-11-14 22:17", artistName: "아이유", trackName: "밤편지", msPlayed: 253_000 },
];
const extended = (n: number, name: string | null, artist: string | null) => ({
  ts: `2023-11-14T22:1${n}:20Z`,
  username: "somebody",
  platform: "android",
  ms_played: 200_000,
  conn_country: "JP",
  master_metadata_track_name: name,
  master_metadata_album_artist_name: artist,
  master_metadata_album_album_name: "x",
  spotify_track_uri: name && `spotify:track:${n}`,
  episode_name: name ? null : "An episode",
  episode_show_name: name ? null : "A show",
  reason_start: "trackdone",
  shuffle: false,
});
const EXTENDED = [extended(3, "怪物", "YOASOBI"), extended(4, null, null), extended(5, "Lemon", "米津玄師")];
const EXTENDED_ROWS = [
  ["me", "YOASOBI - 怪物", T],
  ["me", "米津玄師 - Lemon", T + 120],
] as const;

const scrobble = (n: number, artist: string, name: string) => ({
  artist: { mbid: "", "#text": artist },
  streamable: "0",
  image: [{ size: "small", "#text": "" }],
  mbid: "",
  album: { mbid: "", "#text": "An album" },
  name,
  url: "https://example.org",
  date: { uts: `${T + n * 60}`, "#text": "14 Nov 2023, 22:13" },
});
const { date: _, ...NOW_PLAYING } = scrobble(9, "태연", "사계");
const SCROBBLES = [
  { ...NOW_PLAYING, "@attr": { nowplaying: "true" } },
  scrobble(1, "宇多田ヒカル", "First Love"),
  scrobble(0, "태연", "사계"),
];
const SCROBBLE_ROWS = [
  ["me", "태연 - 사계", T],
  ["me", "宇多田ヒカル - First Love", T + 60],
] as const;
const LASTFM = { format: "json", layout: "lastfm-scrobbles", singleUser: true } as const;

const listen = (n: number, artist_name: string, track_name: string) => ({
  listened_at: T + n,
  recording_msid: `r${n}`,
  track_metadata: {
    artist_name,
    track_name,
    release_name: "x",
    additional_info: { artist_mbids: ["a"], duration_ms: 240_000 },
  },
});
const LISTENS = [listen(0, "藤井風", "きらり"), listen(1, "周杰倫", "晴天")];
const LISTEN_ROWS = [
  ["me", "藤井風 - きらり", T],
  ["me", "周杰倫 - 晴天", T + 1],
] as const;

const EARLY = { user: "userId", item: "movieId", rating: "rating", time: "timestamp" };
const RATED = [
  ["1", "10", T],
  ["1", "11", T + 5],
  ["2", "10", T + 9],
] as const;

/** One small file of every layout, by the name of its source. */
export const LAYOUT_FILES: Readonly<Record<string, ReaderCase>> = {
  "Spotify account data": {
    file: "StreamingHistory_music_0.json",
    content: json(ACCOUNT),
    detected: { format: "json", layout: "spotify-account", encoding: "utf-8", singleUser: true },
    rows: [
      ["me", "ヨルシカ - 春泥棒", T - 20],
      ["me", "아이유 - 밤편지", T + 220],
    ],
    broken: json([ACCOUNT[0], 17, ACCOUNT[1]]),
    beside: {
      "Userdata.json": json({ username: "somebody", email: "a@example.org" }),
      "SearchQueries.json": json([{ platform: "IPHONE", searchTime: "2023-11-14T22:13:20Z", searchQuery: "春" }]),
      "Marquee.json": json([{ artistName: "ヨルシカ", segment: "Light listeners" }]),
      "YourLibrary.json": json({ tracks: [{ artist: "ヨルシカ", album: "x", track: "春泥棒", uri: "x" }], albums: [] }),
      "StreamingHistory_podcast_0.json": json([
        { endTime: "2023-11-14 22:13", podcastName: "a", episodeName: "b", msPlayed: 9 },
      ]),
    },
  },
  "Spotify extended streaming history": {
    file: "Streaming_History_Audio_2023_0.json",
    content: JSON.stringify(EXTENDED),
    detected: { format: "json", layout: "spotify-extended", singleUser: true },
    rows: EXTENDED_ROWS,
    unusable: 1,
    broken: `[${EXTENDED.map((one) => JSON.stringify(one)).join(',{"ts":},')}]`.replace(',{"ts":},', ","),
    beside: { "ReadMeFirst_ExtendedStreamingHistory.pdf": "%PDF" },
  },
  "Last.fm scrobbles as CSV": {
    file: "somebody.csv",
    content: lines(
      "[Alexandros],Me No Do Karate.,Kick&Spin,",
      '"Tyler, the Creator","IGOR","EARFQUAKE",14 Nov 2023 22:15',
      "宇多田ヒカル,First Love,First Love,14 Nov 2023 22:14",
      "太妍,,四季,14 Nov 2023 22:13",
    ),
    detected: {
      format: "table",
      layout: "lastfm-scrobbles",
      separator: ",",
      singleUser: true,
      roles: { artist: "artist", title: "title", time: "time" },
    },
    rows: [
      ["me", "太妍 - 四季", T - 20],
      ["me", "宇多田ヒカル - First Love", T + 40],
      ["me", "Tyler, the Creator - EARFQUAKE", T + 100],
    ],
    unusable: 1,
    broken: lines(
      "[Alexandros],Me No Do Karate.,Kick&Spin,",
      '"Tyler, the Creator","IGOR","EARFQUAKE",14 Nov 2023 22:15',
      "宇多田ヒカル,First Love,First Love,14 Nov 2023 22:14",
      '"宇多田ヒカル,First Love,Automatic,14 Nov 2023 22:14',
      "太妍,,四季,14 Nov 2023 22:13",
    ),
  },
  "Last.fm scrobbles as CSV with a header": {
    file: "scrobbles-somebody.csv",
    content: lines(
      "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid",
      `"${T + 60}","14 Nov 2023, 22:14","宇多田ヒカル","","First Love","","First Love",""`,
      `"${T}","14 Nov 2023, 22:13","태연","","사계","","사계",""`,
    ),
    detected: { format: "table", layout: "lastfm-scrobbles", singleUser: true },
    rows: SCROBBLE_ROWS,
  },
  "Last.fm scrobbles as JSON": {
    file: "scrobbles.json",
    content: json(SCROBBLES),
    detected: LASTFM,
    rows: SCROBBLE_ROWS,
    unusable: 1,
    broken: json([...SCROBBLES, null]),
  },
  "Last.fm scrobbles as pages of JSON": {
    file: "scrobbles.json",
    content: json([{ track: SCROBBLES.slice(0, 2), "@attr": { page: "1" } }, { track: SCROBBLES.slice(2) }]),
    detected: LASTFM,
    rows: SCROBBLE_ROWS,
    unusable: 1,
  },
  "Last.fm scrobbles as lists in a list": {
    file: "scrobbles.json",
    content: JSON.stringify([SCROBBLES.slice(0, 1), SCROBBLES.slice(1)]),
    detected: LASTFM,
    rows: SCROBBLE_ROWS,
    unusable: 1,
  },
  "Last.fm scrobbles as the interface answers": {
    file: "page.json",
    content: JSON.stringify({ recenttracks: { track: SCROBBLES, "@attr": { user: "somebody", total: "3" } } }),
    detected: LASTFM,
    rows: SCROBBLE_ROWS,
    unusable: 1,
  },
  "Last.fm scrobbles in short": {
    file: "short.json",
    content: json({
      username: "somebody",
      scrobbles: [
        { track: "First Love", artist: "宇多田ヒカル", album: "First Love", date: (T + 60) * 1000 },
        { track: "사계", artist: "태연", album: "사계", date: T * 1000 },
      ],
    }),
    detected: LASTFM,
    rows: SCROBBLE_ROWS,
  },
  "ListenBrainz export": {
    file: "11.jsonl",
    content: jsonLines(LISTENS),
    detected: { format: "json-lines", layout: "listenbrainz", singleUser: true },
    rows: LISTEN_ROWS,
    broken: `${jsonLines(LISTENS)}{"listened_at":17\n`,
    beside: {
      "user.json": json({ user_id: 1, username: "somebody" }),
      "feedback.jsonl": jsonLines([{ recording_msid: "x", score: 1, created: T }]),
    },
  },
  "ListenBrainz export as it was": {
    file: "somebody_lb-2023-11-14.json",
    content: JSON.stringify(LISTENS),
    detected: { format: "json", layout: "listenbrainz", singleUser: true },
    rows: LISTEN_ROWS,
  },
  "ListenBrainz dump": {
    file: "1.listens",
    content: jsonLines(LISTENS.map((one, n) => ({ ...one, user_id: n + 1 }))),
    detected: { format: "json-lines", layout: "listenbrainz", roles: expectRole("user_id") },
    rows: LISTEN_ROWS.map(([, item, time], n) => [`${n + 1}`, item, time] as const),
  },
  "RecBole atomic file": {
    file: "set.inter",
    content: lines("user_id:token\titem_id:token\trating:float\ttimestamp:float", ...rated("\t", ".0")),
    detected: { format: "table", layout: "recbole", separator: "\t" },
    rows: RATED,
    broken: lines("user_id:token\titem_id:token\trating:float\ttimestamp:float", ...rated("\t"), "1\t2"),
    beside: { "set.item": lines("item_id:token\tmovie_title:token_seq\tgenre:token_seq", "10\tA film\tDrama") },
  },
  "GRU4Rec sessions": {
    file: "train_full.txt",
    content: lines("SessionId\tItemId\tTime", `1\t10\t${T}`, `1\t11\t${T + 5}.0`, `2\t10\t${T + 9}`),
    detected: { format: "table", layout: "gru4rec", separator: "\t" },
    rows: RATED,
  },
  "RecSys Challenge 2015": {
    file: "yoochoose-clicks.dat",
    content: lines(
      "1,2023-11-14T22:13:20.000Z,10,0",
      "1,2023-11-14T22:13:25.000Z,11,S",
      "2,2023-11-14T22:13:29.000Z,10,0",
    ),
    detected: { format: "table", layout: "yoochoose", separator: "," },
    rows: RATED,
  },
  "SASRec pairs": {
    file: "set.txt",
    content: "1 10\n1 11\n2 10\n",
    detected: { format: "table", layout: "sasrec", separator: " " },
    rows: [
      ["1", "10", 0],
      ["1", "11", 1],
      ["2", "10", 2],
    ],
  },
  "S3Rec lines": {
    file: "set.txt",
    content: "1 10 11 12\n2 10\n3 9 8 7 6\n",
    detected: { format: "sequences", layout: "s3rec" },
    rows: ["1 10", "1 11", "1 12", "2 10", "3 9", "3 8", "3 7", "3 6"].map((row, n) => {
      const [user, item] = row.split(" ");
      return [user, item, n] as const;
    }),
    broken: "1 10 11 12\n2 10\n3 9 8 7 6\n4\n",
  },
  "MovieLens 100k": {
    file: "u.data",
    content: lines(...rated("\t")),
    detected: { format: "table", layout: "movielens", separator: "\t" },
    rows: RATED,
    beside: {
      "u1.base": lines(...rated("\t").slice(1)),
      "u1.test": lines(rated("\t")[0]),
      "u.item": "10|A film (1995)|01-Jan-1995||x|0|1\n11|Another|01-Jan-1995||x|0|1\n",
      "u.user": "1|24|M|technician|85711\n2|53|F|other|94043\n",
    },
  },
  "MovieLens 1M": {
    file: "ratings.dat",
    content: lines(...rated("::")),
    detected: { format: "table", layout: "movielens", separator: "::" },
    rows: RATED,
    broken: lines(...rated("::"), "1::10"),
    beside: {
      "users.dat": lines("1::F::1::10::48067", "2::M::56::16::70072"),
      "movies.dat": lines("10::A film (1995)::Drama", "11::Another (1996)::Comedy|Drama"),
    },
  },
  "MovieLens 32M": {
    file: "ratings.csv",
    content: lines("userId,movieId,rating,timestamp", ...rated(",", ".0").map((row) => row.replace(".0", ""))),
    detected: { format: "table", layout: "movielens", separator: ",", roles: EARLY },
    rows: RATED,
    beside: {
      "movies.csv": lines("movieId,title,genres", '10,"A film, (1995)",Drama'),
      "tags.csv": lines("userId,movieId,tag,timestamp", `1,10,good,${T}`, `1,10,very good,${T}`),
      "links.csv": lines("movieId,imdbId,tmdbId", "10,1,2"),
    },
  },
  "Last.fm 1K users": {
    file: "userid-timestamp-artid-artname-traid-traname.tsv",
    content: lines(
      "user_000001\t2023-11-14T22:13:25Z\tf1b1cf71\tDeep Dish\t\tFuck Me Im Famous",
      'user_000001\t2023-11-14T22:13:20Z\ta7f7df4a\t坂本龍一\tb1\t12" Composition',
      "user_000002\t2023-11-14T22:13:20Z\t\t이문세\t\t붉은 노을",
    ),
    detected: { format: "table", layout: "lastfm-1k", separator: "\t" },
    rows: [
      ["user_000001", '坂本龍一 - 12" Composition', T],
      ["user_000001", "Deep Dish - Fuck Me Im Famous", T + 5],
      ["user_000002", "이문세 - 붉은 노을", T],
    ],
    beside: { "userid-profile.tsv": lines("#id\tgender\tage\tcountry\tregistered", "user_000001\tm\t\tJapan\t2006") },
  },
  "Last.fm HetRec": {
    file: "user_taggedartists-timestamps.dat",
    content: lines("userID\tartistID\ttagID\ttimestamp", `2\t52\t13\t${T}000`, `2\t53\t13\t${T + 9}000`),
    detected: { format: "table", layout: "lastfm-hetrec" },
    rows: [
      ["2", "52", T],
      ["2", "53", T + 9],
    ],
    beside: {
      "user_artists.dat": lines("userID\tartistID\tweight", "2\t51\t138"),
      "user_taggedartists.dat": lines("userID\tartistID\ttagID\tday\tmonth\tyear", "2\t52\t13\t1\t4\t2009"),
      "artists.dat": lines("id\tname\turl\tpictureURL", "1\tMALICE MIZER\tx\ty"),
    },
  },
  "KKBox challenge": {
    file: "train.csv",
    content: lines(
      "msno,song_id,source_system_tab,source_screen_name,source_type,target",
      "FGtllVqz=,BBzumQNX=,explore,Explore,online-playlist,1",
      "Xumu+NIj=,bhp/MpSN=,my library,Local playlist more,local-playlist,1",
      "FGtllVqz=,JNWfrrC7=,my library,Local playlist more,local-playlist,0",
    ),
    detected: { format: "table", layout: "kkbox", roles: { user: "msno", item: "song_id" } },
    rows: [
      ["FGtllVqz=", "BBzumQNX=", 0],
      ["FGtllVqz=", "JNWfrrC7=", 2],
      ["Xumu+NIj=", "bhp/MpSN=", 1],
    ],
    beside: {
      "test.csv": lines("id,msno,song_id,source_system_tab,source_screen_name,source_type", "0,a,b,c,d,e"),
      "songs.csv": lines("song_id,song_length,genre_ids,artist_name", "BBzumQNX=,247640,465,張信哲"),
    },
  },
  "Melon playlists": {
    file: "train.json",
    content: json([
      playlist(61281, "여행같은 음악", [525514, 129701], "2023-11-14 22:13:20.000"),
      playlist(10532, "요즘 너 말야", [129701], "2023-11-14 22:13:25.000"),
    ]),
    detected: { format: "json", layout: "melon", roles: { user: "id", item: "songs", time: "updt_date" } },
    rows: [
      ["61281", "525514", T],
      ["61281", "129701", T],
      ["10532", "129701", T + 5],
    ],
    broken: json([
      playlist(61281, "여행같은 음악", [525514, 129701], "2023-11-14 22:13:20.000"),
      playlist(10532, "요즘 너 말야", [129701], "2023-11-14 22:13:25.000"),
      playlist(7, "empty", [], "2023-11-14 22:13:25.000"),
    ]),
    beside: {
      "song_meta.json": json([
        { song_gn_dtl_gnr_basket: ["GN0901"], issue_date: "20140512", album_name: "x", song_name: "y", id: 0 },
      ]),
    },
  },
  Parquet: {
    file: "plays.parquet",
    content: parquetOf(
      [
        { name: "user_id", data: [3n, 3n, 12345678901234567n], type: "INT64" },
        { name: "unused", data: [1.5, 2.5, Number.NaN], type: "DOUBLE" },
        { name: "item_id", data: ["春泥棒", "밤편지", "__proto__"], type: "STRING" },
        { name: "timestamp", data: [T, T + 5, T + 9].map((time) => new Date(time * 1000)), type: "TIMESTAMP" },
      ],
      2,
    ),
    detected: { format: "parquet", roles: { user: "user_id", item: "item_id", time: "timestamp" } },
    rows: [
      ["3", "春泥棒", T],
      ["3", "밤편지", T + 5],
      ["12345678901234567", "__proto__", T + 9],
    ],
  },
};

function expectRole(user: string) {
  return { user, time: "listened_at", title: "track_metadata.track_name", artist: "track_metadata.artist_name" };
}

function rated(separator: string, decimals = ""): string[] {
  return [
    ["1", "10", "5", `${T}${decimals}`],
    ["1", "11", "3", `${T + 5}${decimals}`],
    ["2", "10", "4", `${T + 9}${decimals}`],
  ].map((fields) => fields.join(separator));
}

function playlist(id: number, plylst_title: string, songs: readonly number[], updt_date: string) {
  return { tags: ["락"], id, plylst_title, songs, like_cnt: 71, updt_date };
}
