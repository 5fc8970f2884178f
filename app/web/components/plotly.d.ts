// The parts of Plotly's bundle that are used; the bundle ships no types.
declare module "plotly.js-basic-dist-min" {
  interface Plotly {
    react(
      element: HTMLElement,
      data: readonly Readonly<Record<string, unknown>>[],
      layout: Readonly<Record<string, unknown>>,
      config: Readonly<Record<string, unknown>>,
    ): Promise<unknown>;
    purge(element: HTMLElement): void;
    toImage(
      figure: {
        data: readonly Readonly<Record<string, unknown>>[];
        layout: Readonly<Record<string, unknown>>;
      },
      options: { format: "png" | "svg"; width: number; height: number; scale?: number },
    ): Promise<string>;
  }
  const plotly: Plotly;
  export default plotly;
}
