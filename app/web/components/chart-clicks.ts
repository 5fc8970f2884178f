/** What Plotly adds to an element that it has drawn in. */
interface Drawn {
  readonly on: (name: string, heard: (event: { points: { customdata?: string }[] }) => void) => void;
  readonly removeAllListeners: (name: string) => void;
}

/** One listener for clicks on points, however often the figure is drawn. */
export function listen(element: HTMLElement | Drawn, onPick: (custom: string) => void): void {
  const drawn = element as Drawn;
  drawn.removeAllListeners("plotly_click");
  drawn.on("plotly_click", ({ points }) => {
    if (points[0]?.customdata) onPick(points[0].customdata);
  });
}
