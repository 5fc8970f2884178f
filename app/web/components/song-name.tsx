import type { Song } from "../../engine/protocol.js";

/** Title and artist, with the romanised title as a hint. Names may be in any script. */
export function SongName({ song }: { readonly song: Pick<Song, "title" | "artist" | "alias"> }) {
  const { title, artist, alias } = song;
  return (
    <span className="song" title={alias && alias !== title ? alias : undefined}>
      <bdi className="title">{title}</bdi>
      {artist && <bdi className="artist">{artist}</bdi>}
    </span>
  );
}
