// Serving a trained model: `refrain/serve`. Apart from the other public names, so that a notebook does not load a server.
export { closing } from "./http/closing.js";
export {
  parseSafely,
  type Refusal,
  type RequestHead,
  refusalOf,
  refusalOfPlace,
  refusalOfToken,
  SAFE_HEADERS,
} from "./http/guard.js";
export { checkJson } from "./http/json-body.js";
export { type Failure, FailureError, failure, failureOf, refuse, refuseInvalid } from "./http/replies.js";
export { type JsonRoute, jsonRoute, type Parts as RouteParts, type Schema as RouteSchema } from "./http/route.js";
export { type GraphNews, type ListRecall, SEARCHES, type SearchChoice, type SearchName } from "./item-search.js";
export { type KeptState, type PlayStore, STORES, type StoredPlay, type StoreName } from "./play-store.js";
export type { ServedModel } from "./served-model.js";
export { type RunningServer, type ServeOptions, startServer } from "./server.js";
