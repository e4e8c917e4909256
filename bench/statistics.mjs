export function median(values) {
  const sorted = values.filter((value) => value !== undefined && value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of each member over the results of several rounds, with the rounds' rates to show how they scatter. */
export function medians(results) {
  const names = ["perSecond", "p50", "p99", "longest", "cpuMicroseconds", "mainThreadMicroseconds", "generatorCpu"];
  return {
    ...Object.fromEntries(names.map((name) => [name, median(results.map((result) => result[name]))])),
    rounds: results.map(({ perSecond }) => perSecond),
  };
}
