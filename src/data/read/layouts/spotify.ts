import { hasAll, type Layout } from "./layout.js";

/**
 * Spotify, "Account data": StreamingHistory_music_0.json (earlier StreamingHistory0.json), the last year of plays.
 * The time is the end of the play, in UTC, to the minute. A song is known by artist and title only.
 *
 * @source https://support.spotify.com/article/understanding-my-data/
 */
export const SPOTIFY_ACCOUNT: Layout = {
  name: "spotify-account",
  rolesOf: (names) =>
    hasAll(names, ["endTime", "artistName", "trackName"])
      ? { time: "endTime", title: "trackName", artist: "artistName", duration: "msPlayed" }
      : undefined,
  personal: true,
};

/**
 * Spotify, "Extended streaming history": Streaming_History_Audio_2015-2018_0.json (earlier endsong_0.json), all plays.
 * The time is the end of the play, in UTC. A song gets a new address with every release, so artist and title are the
 * item, as in the account data. Podcasts and audiobooks have no track name; cleaning counts them as rows without an id.
 * The name of the account, in exports before 2024, is not read.
 *
 * @source https://support.spotify.com/article/understanding-my-data/
 */
export const SPOTIFY_EXTENDED: Layout = {
  name: "spotify-extended",
  rolesOf: (names) =>
    hasAll(names, ["ts", "master_metadata_track_name", "master_metadata_album_artist_name"])
      ? {
          time: "ts",
          title: "master_metadata_track_name",
          artist: "master_metadata_album_artist_name",
          duration: "ms_played",
        }
      : undefined,
  personal: true,
};
