export { gapFigure, shareBars } from "./audit.js";
export { type Bar, metricBars } from "./comparison.js";
export { lengthDistribution, popularityCurve } from "./dataset.js";
export { heatmap, type Line, type LineChartOptions, lineChart, pointMap } from "./lines.js";
export { principalPlane } from "./projection.js";
export { importanceBars, parallelCoordinates, rungCurves, searchHistory } from "./search.js";
export { COLOURS, figure } from "./theme.js";
export { type CurvePoint, trainingCurves } from "./training.js";
export { figureIn } from "./words.js";
