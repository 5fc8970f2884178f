import { hasAll, type Layout, type Roles } from "./layout.js";

/**
 * ListenBrainz: a person's export (a zip with listens/2023/11.jsonl, earlier one JSON list), an answer of its interface
 * (payload.listens), and the public dumps, which name the user. Times are Unix seconds. The item is artist and title,
 * since one recording has a new MessyBrainz id with every spelling.
 *
 * @source https://listenbrainz.readthedocs.io/en/latest/users/json.html
 */
export const LISTENBRAINZ: Layout = {
  name: "listenbrainz",
  rolesOf(names): Roles | undefined {
    const time = ["listened_at", "timestamp"].find((name) => names.has(name));
    if (!time || !hasAll(names, ["track_metadata.track_name", "track_metadata.artist_name"])) return undefined;
    const user = ["user_name", "user_id"].find((name) => names.has(name));
    const found = { time, title: "track_metadata.track_name", artist: "track_metadata.artist_name" };
    return user ? { ...found, user } : found;
  },
  personal: true,
};
