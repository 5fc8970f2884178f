import { type ReactNode, useId, useState } from "react";
import type { Song } from "../../engine/protocol.js";
import { SongName } from "../components/song-name.js";
import { useSongs } from "../queries.js";
import { useRested } from "./suggest.js";

interface SongSearchProps {
  readonly run: string;
  readonly icon?: ReactNode;
  readonly label: string;
  readonly onChoose: (song: Song) => void;
}

/** A box that finds a song by title, artist or romanised title. */
export function SongSearch({ run, icon, label, onChoose }: SongSearchProps) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const found = useSongs(run, useRested(wanted, 120), 8).data ?? [];
  const open = wanted.trim() !== "" && found.length > 0;
  const choose = (song: Song | undefined) => {
    if (!song) return;
    onChoose(song);
    setWanted("");
    setAt(0);
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => setAt((at + 1) % found.length),
    ArrowUp: () => setAt((at - 1 + found.length) % found.length),
    Enter: () => choose(found[at]),
    Escape: () => setWanted(""),
  };
  return (
    <div className="song-search">
      {icon}
      <input
        className="input"
        role="combobox"
        aria-expanded={open}
        aria-controls={id}
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        aria-label={label}
        placeholder={label}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const move = open ? moves[event.key] : undefined;
          if (!move || event.nativeEvent.isComposing) return; // Enter of an input method chooses characters
          event.preventDefault();
          move();
        }}
        onBlur={() => setTimeout(() => setWanted(""), 150)}
      />
      <div role="listbox" id={id} aria-label={label} hidden={!open}>
        {open &&
          found.map((song, i) => (
            <div
              key={song.id}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === at}
              onClick={() => choose(song)}
              onKeyDown={(event) => event.key === "Enter" && choose(song)}
            >
              <SongName song={song} />
            </div>
          ))}
      </div>
    </div>
  );
}
