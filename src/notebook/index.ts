export { interruptSignal, type MimeBundle, type NotebookChannel, useChannel } from "./channel.js";
export { show, showLive } from "./show.js";
export { figureSvg } from "./svg.js";
export type { ShowOptions } from "./tables.js";
export { type Watched, type WatchOptions, watch } from "./watch.js";
