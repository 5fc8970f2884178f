import type { Collector } from "./collector.js";
import type { Separator } from "./fields.js";
import type { Meaning } from "./layouts/index.js";
import type { OnEncoding } from "./text.js";
import type { Format } from "./types.js";

/** A file whose format is known and whose rows have not been read yet. This is what every reader gives. */
export interface Opened {
  readonly format: Format;
  /** Where the way of writing tells the layout; else `meaning.layout` does. */
  readonly layout?: string;
  readonly separator?: Separator;
  readonly header: readonly string[];
  /** Where the file is a table: whether its first line holds the names of the columns. */
  readonly hasHeader?: boolean;
  readonly meaning: Meaning;
  /** Puts every row into the collector, or counts it there as bad. Told the encoding before the first row. */
  read(into: Collector, onEncoding: OnEncoding): Promise<void>;
}
