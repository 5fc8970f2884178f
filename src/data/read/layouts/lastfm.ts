import { hasAll, ISO_TIME, type Layout, most, type Roles } from "./layout.js";

/** 21 Nov 2023 20:01, or nothing for the track that was playing during the export. */
const SCROBBLE_TIME = /^(\d{1,2} [A-Z][a-z]{2} \d{4},? \d\d:\d\d)?$/;

/** Names that the exporters give to one thing, best first. */
const TIME = ["date.uts", "uts", "timestamp", "date", "utc_time", "date.#text"];
const TITLE = ["name", "track", "title"];
const ARTIST = ["artist.#text", "artist.name", "artist"];

/**
 * A person's own scrobbles, which Last.fm itself does not export but many tools fetch:
 * - CSV without a header, "artist,album,title,21 Nov 2023 20:01" (UTC);
 * - CSV with the header uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid;
 * - JSON as the interface gives it, a list of tracks or of pages of tracks, or simplified to name, artist, album, date.
 *
 * The item is artist and title, since most tracks have no MusicBrainz id.
 *
 * @source https://www.last.fm/api/show/user.getRecentTracks
 */
export const LASTFM_SCROBBLES: Layout = {
  name: "lastfm-scrobbles",
  headerOf: (rows, separator) =>
    separator === "," &&
    most(rows, (row) => row.length === 4 && SCROBBLE_TIME.test(row[3]), 0.6) &&
    rows.some((row) => row[3])
      ? ["artist", "album", "title", "time"]
      : undefined,
  rolesOf(names) {
    if (hasAll(names, ["artist", "album", "title", "time"]) && names.size === 4)
      return { time: "time", title: "title", artist: "artist" };
    const album = ["album", "album.#text", "album.name"].some((name) => names.has(name));
    const [time, title, artist] = [TIME, TITLE, ARTIST].map((known) => known.find((name) => names.has(name)));
    const hasUser = ["user", "userid", "user_id", "username"].some((name) => names.has(name));
    return album && time && title && artist && !hasUser ? { time, title, artist } : undefined;
  },
  personal: true,
};

/**
 * Last.fm 1K users: userid, timestamp, artist id, artist name, track id, track name, TAB between them, no header.
 * A tenth of the plays has no track id, so the item is artist and title.
 *
 * @source O. Celma, http://ocelma.net/MusicRecommendationDataset/lastfm-1K.html
 */
export const LASTFM_1K: Layout = {
  name: "lastfm-1k",
  headerOf: (rows, separator) =>
    separator === "\t" && most(rows, (row) => row.length === 6 && ISO_TIME.test(row[1]))
      ? ["userid", "timestamp", "artid", "artname", "traid", "traname"]
      : undefined,
  rolesOf: (names) =>
    hasAll(names, ["userid", "timestamp", "artname", "traname"])
      ? { user: "userid", time: "timestamp", title: "traname", artist: "artname" }
      : undefined,
};

/**
 * HetRec 2011, Last.fm: who tagged which artist when (user_taggedartists*.dat), and who listened to whom
 * (user_artists.dat, without times). Artists' names stand in artists.dat (`readTitles`).
 *
 * @source https://grouplens.org/datasets/hetrec-2011/
 */
export const LASTFM_HETREC: Layout = {
  name: "lastfm-hetrec",
  rolesOf(names): Roles | undefined {
    if (!hasAll(names, ["userID", "artistID"])) return undefined;
    const base = { user: "userID", item: "artistID" };
    if (names.has("timestamp")) return { ...base, time: "timestamp" };
    return hasAll(names, ["day", "month", "year"]) ? { ...base, day: "day", month: "month", year: "year" } : base;
  },
};
