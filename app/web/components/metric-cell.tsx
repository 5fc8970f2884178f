import { useFormat } from "../format.js";

interface MetricCellProps {
  readonly metric: { readonly value: number; readonly low: number; readonly high: number } | undefined;
}

/** A metric with its interval in a cell of a table; a dash where it was not measured. */
export function MetricCell({ metric }: MetricCellProps) {
  const format = useFormat();
  return (
    <td className="number">
      {metric ? format.metric(metric.value) : "–"}
      {metric && (
        <span className="interval">
          {format.metric(metric.low)}–{format.metric(metric.high)}
        </span>
      )}
    </td>
  );
}
