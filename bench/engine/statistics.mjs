/** Threads of whoever had the turn before go on spinning for a while, at the cost of whoever is next. */
export const pause = () => new Promise((resolve) => setTimeout(resolve, 300));

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function spread(list, digits = 1) {
  return `[${Math.min(...list).toFixed(digits)}, ${Math.max(...list).toFixed(digits)}]`;
}
