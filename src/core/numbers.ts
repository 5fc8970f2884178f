/** 0.0314 -> "3.1 %"; less than a tenth of a percent -> "< 0.1 %" */
export function percent(share: number): string {
  return share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;
}

/** 12345 -> "12,345" */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
