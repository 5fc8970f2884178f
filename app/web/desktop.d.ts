interface Window {
  /** What the desktop shell adds; absent in a browser. */
  readonly refrainDesktop?: import("../desktop/bridge.js").Bridge;
}
