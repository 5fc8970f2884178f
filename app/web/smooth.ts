/**
 * Running mean that forgets: y_t = w y_(t-1) + (1 - w) x_t, divided by 1 - w^t so that the first values are not too low.
 *
 * @param weight in [0, 1); 0 gives the values as they are
 * @source Kingma & Ba 2015 (the correction of the start)
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  let mean = 0;
  let missing = 1;
  return values.map((value) => {
    mean = weight * mean + (1 - weight) * value;
    missing *= weight;
    return mean / (1 - missing);
  });
}
